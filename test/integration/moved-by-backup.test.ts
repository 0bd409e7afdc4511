import assert from 'node:assert/strict'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { readArchive } from '#features/operations/backup/backup-archive.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openEmptyDatabase } from '../support/database.ts'
import { makeHome, runSophia, startSophia } from '../support/sophia-process.ts'

// A deployment moves from the built-in PostgreSQL to one of the operator's and back by the command that restores, with all its rows; its
// stored secrets open where its key came along.

type Settings = Readonly<Record<string, string>>

async function run(words: string, settings: Settings): Promise<string> {
  const { code, out, err } = await runSophia(words.split(' '), settings)
  assert.equal(code, 0, `${words}: ${err}`)
  return out
}

const Result = z.looseObject({ type: z.literal('result'), file: z.string(), keyWarning: z.string().nullish() })

/** The last of its JSON lines. */
const resultOf = (out: string) => Result.parse(JSON.parse(out.trim().split('\n').at(-1) ?? ''))

const create = async (settings: Settings): Promise<string> => resultOf(await run('backup create --json', settings)).file

async function restore(file: string, settings: Settings): Promise<string | null> {
  return resultOf(await run(`backup restore ${file} --yes --json`, settings)).keyWarning ?? null
}

/** What is asked of whoever did not say yes. */
async function ask(file: string, settings: Settings): Promise<string> {
  const { code, err } = await runSophia(['backup', 'restore', file], settings)
  assert.equal(code, 1, err)
  return err
}

/** What an archive holds: the lines of each table, in an order of their own. */
async function rowsOf(file: string): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {}
  await readArchive({ file }, async ({ name }, part: Readable) => {
    rows[name] = (await text(part.pipe(createGunzip()))).split('\n').toSorted()
  })
  return rows
}

const Examined = z.object({ checks: z.array(z.object({ id: z.string(), status: z.string(), detail: z.string() })) })

/** Of the check of the key; the command ends with 1 where anything fails. */
async function keyFinding(settings: Settings): Promise<string> {
  const { out } = await runSophia(['doctor', '--json'], settings)
  const found = Examined.parse(JSON.parse(out)).checks.find(({ id }) => id === 'secret-key')
  return `${found?.status}: ${found?.detail}`
}

test('the same command moves a deployment to a PostgreSQL of its own and back, with every row and, by its key, its secrets', async () => {
  const [first, between, last] = [await makeHome(), await makeHome(), await makeHome()]
  const built = { SOPHIA_HOME: first }
  await run('sample load', built)
  const headers = join(first, 'headers.txt')
  await writeFile(headers, 'x-crm-key=held-in-the-sealed-row\n')
  await run(`mcp add crm https://crm.example.com/mcp --header-file ${headers}`, built)
  const file = await create(built)
  const rows = await rowsOf(file)
  assert.ok((rows['deals'] ?? []).length > 50)
  assert.equal((rows['mcp_servers'] ?? []).filter((line) => line.startsWith('crm,')).length, 1)

  const { connection } = await openEmptyDatabase()
  const own = { SOPHIA_HOME: between, DATABASE_URL: databaseUrlOf(connection) }
  assert.match(await ask(file, own), /a secret key, and none is here.* set SOPHIA_SECRET_KEY, for every process/)
  const keyed = { ...own, SOPHIA_SECRET_KEY_FILE: join(first, 'secret.key') }
  assert.equal(await restore(file, keyed), null)
  assert.match(await keyFinding(own), /^fail: .*do not open with the key/)
  assert.match(await keyFinding(keyed), /^ok: .*opens with it/)
  const moved = await create(keyed)
  assert.deepEqual(await rowsOf(moved), rows)

  const again = { SOPHIA_HOME: last }
  assert.match(await ask(moved, again), new RegExp(`copy secret\\.key .* to ${last}/secret\\.key`))
  await copyFile(join(first, 'secret.key'), join(last, 'secret.key'))
  assert.equal(await restore(moved, again), null)
  assert.deepEqual(await rowsOf(await create(again)), rows)
  const sophia = startSophia(['up'], again)
  await sophia.address()
  assert.match(await keyFinding(again), /^ok: .*opens with it/)
  sophia.kill('SIGTERM')
  assert.equal((await sophia.ended).code, 0)
})
