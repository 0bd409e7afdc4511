import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { open, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { z } from 'zod'
import { readConfig } from '#platform/config/config.ts'
import { openHouse } from '../../src/compose.ts'
import { openTestDatabase } from '../support/database.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { freePort } from '../support/free-port.ts'
import { mountDisk } from '../support/own-disk.ts'
import { runSophia, startSophia } from '../support/sophia-process.ts'
import { until } from '../support/until.ts'

const KEY = `sk-sophia-${'k'.repeat(43)}`
const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
const Page = z.object({ items: z.array(z.object({ id: z.string() })), nextCursor: z.string().nullable() })

/**
 * Where nobody may mount a disk, undefined: what a full disk looks like to a request is then proven only by bad-input.test.ts, which
 * makes PostgreSQL raise the same error.
 */
async function openDisk(sizeMb: number): Promise<string | undefined> {
  const disk = await mountDisk(sizeMb)
  after(() => disk?.unmount())
  return disk?.folder
}

test('a disk too small to begin with ends the start with what to do, and 75: try again', async () => {
  const home = await openDisk(8)
  if (home === undefined) return
  const { code, err } = await runSophia(['up'], { SOPHIA_HOME: home })
  assert.equal(code, 75, err)
  assert.match(err, /disk .*full/i)
})

test('a disk that fills up while she starts ends the start, with no door left open', async () => {
  const home = await openDisk(1)
  if (home === undefined) return
  const { connection } = await openTestDatabase()
  const port = await freePort()
  // As soon as the home is hers it is full: at the end of the start she cannot write where she is found.
  const fillOnce = (): void => {
    if (existsSync(join(home, 'sophia-1.lock')) && !existsSync(join(home, 'filler')))
      try {
        writeFileSync(join(home, 'filler'), Buffer.alloc(2 * 1024 * 1024))
      } catch {
        // It took what there was.
      }
  }
  const config = readConfig({ SOPHIA_HOME: home, SOPHIA_PORT: String(port), DATABASE_URL: databaseUrlOf(connection) })
  const log = pino({ level: 'debug' }, { write: fillOnce })
  await assert.rejects(openHouse(config, log, { doors: ['http'] }), { code: 'STORAGE_FULL' })
  assert.ok(existsSync(join(home, 'filler')))
  await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`))
})

test('when the disk fills up under a running Sophia she refuses, loses nothing, and goes on once there is room', async () => {
  const home = await openDisk(300)
  if (home === undefined) return
  const sophia = startSophia(['up'], { SOPHIA_HOME: home, SOPHIA_ADMIN_API_KEY: KEY })
  const address = await sophia.address()
  const filler = join(home, 'filler')
  await fill(filler, await freeBytes(home))
  const acknowledged: string[] = []
  let refusal: { status: number; text: string } | undefined
  for (let batch = 0; batch < 200 && !refusal; batch += 1) {
    const rows = Array.from({ length: 200 }, (_, row) => ({ id: `c-${batch}-${row}`, name: `Client ${batch}.${row}` }))
    const answer = await put(address, rows)
    if (answer.status === 429) await delay(500)
    else if (answer.status === 200) acknowledged.push(...rows.map((row) => row.id))
    else refusal = answer
  }
  assert.ok(refusal, 'the disk never filled up')
  // The table could not grow; or the write-ahead log could not, and PostgreSQL is down until it can.
  assert.ok([503, 507].includes(refusal.status), refusal.text)
  assert.match(refusal.text, /STORAGE_FULL|DATABASE_UNAVAILABLE/)
  assert.equal((await fetch(`${address}/livez`)).status, 200)
  await rm(filler)
  const again = await untilStored(address)
  assert.equal(again, 200)
  const stored = await listClients(address)
  assert.deepEqual(
    acknowledged.filter((id) => !stored.has(id)),
    [],
  )
  sophia.kill('SIGTERM')
  assert.equal((await sophia.ended).code, 0)
})

async function put(address: string, rows: readonly unknown[]): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${address}/api/clients`, { method: 'PUT', headers, body: JSON.stringify(rows) })
  return { status: answer.status, text: await answer.text() }
}

async function untilStored(address: string): Promise<number> {
  let status = 0
  for (const deadline = performance.now() + 40_000; status !== 200 && performance.now() < deadline; await delay(200)) {
    status = (await put(address, [{ id: 'afterwards', name: 'Stored afterwards' }])).status
  }
  return status
}

async function listClients(address: string): Promise<Set<string>> {
  const ids = new Set<string>()
  let cursor = ''
  do {
    const answer = await fetch(`${address}/api/clients?limit=200${cursor}`, { headers })
    assert.equal(answer.status, 200, await answer.clone().text())
    const page = Page.parse(await answer.json())
    for (const { id } of page.items) ids.add(id)
    cursor = page.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`
    // Twenty a second is what one member may ask.
    await delay(50)
  } while (cursor !== '')
  return ids
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Takes all room but a megabyte. */
async function fill(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w')
  const piece = Buffer.alloc(1024 * 1024)
  for (let left = bytes - piece.length; left > 0; left -= piece.length)
    await file.write(piece, 0, Math.min(left, piece.length))
  await file.close()
}

const Healthy = z.looseObject({
  components: z.record(z.string(), z.looseObject({ status: z.string(), detail: z.string().optional() })),
  recoveries: z.array(z.looseObject({ action: z.string(), detail: z.string() })),
})

test('before the disk is full she stores nothing new, lets people read, and goes on by herself once there is room', async () => {
  const home = await openDisk(300)
  if (home === undefined) return
  const sophia = startSophia(['up'], { SOPHIA_HOME: home, SOPHIA_ADMIN_API_KEY: KEY })
  const address = await sophia.address()
  const health = async () => {
    // Ten a second is what one address may ask.
    await delay(150)
    return Healthy.parse(await (await fetch(`${address}/health`)).json())
  }
  const isReadOnly = async (): Promise<boolean> => /nothing new/.test((await health()).components['disk']?.detail ?? '')
  assert.equal(await untilStored(address), 200)
  const filler = join(home, 'filler')
  // Some 4 % are left.
  await fill(filler, (await freeBytes(home)) - 11 * 1024 * 1024)
  await until(isReadOnly, 'the disk is seen to be nearly full', 15_000)
  const refused = await put(address, [{ id: 'c-1', name: 'Refused' }])
  assert.equal(refused.status, 507, refused.text)
  assert.match(refused.text, /STORAGE_FULL.*nothing new is stored until 8 % of it are free/)
  const talk = { method: 'POST', headers, body: JSON.stringify({ persona: 'marcus' }) }
  assert.equal((await fetch(`${address}/api/conversations`, talk)).status, 507)
  assert.deepEqual([...(await listClients(address))], ['afterwards'])
  const skill = { method: 'POST', headers, body: '{}' }
  assert.equal((await fetch(`${address}/api/personas/marcus/skills/review-pipeline`, skill)).status, 200)
  const csv = join(home, 'clients.csv')
  await writeFile(csv, 'id,name\nc-2,Refused too\n')
  const { code, err } = await runSophia(['import', 'clients', csv], { SOPHIA_HOME: home })
  assert.equal(code, 75, err)
  assert.match(err, /nearly full/)
  await rm(filler)
  await until(async () => !(await isReadOnly()), 'there is room', 15_000)
  assert.equal((await put(address, [{ id: 'c-3', name: 'Stored' }])).status, 200)
  const { components, recoveries } = await health()
  assert.equal(components['disk']?.status, 'ok')
  assert.deepEqual(
    recoveries.filter(({ action }) => action.startsWith('read-only')).map(({ action }) => action),
    ['read-only-ended', 'read-only-began'],
  )
  const metrics = await (await fetch(`${address}/metrics`)).text()
  assert.match(metrics, /^sophia_self_healing_total\{action="read-only-began"\} 1$/m)
  assert.match(metrics, /^sophia_read_only 0$/m)
  sophia.kill('SIGTERM')
  assert.equal((await sophia.ended).code, 0)
})
