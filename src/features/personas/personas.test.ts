import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { applyDiff } from '#domain/line-diff.ts'
import type { Principal } from '#domain/permission.ts'
import { systemClock } from '#platform/clock.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createPersonas, type Personas } from './index.ts'
import { SKILL_NAMES } from '../../../test/support/skill-names.ts'

const SHIPPED = fileURLToPath(new URL('../../../personas', import.meta.url))
const PRINCIPAL: Principal = {
  memberId: '01890000-0000-7000-8000-000000000001',
  email: 'owner@example.com',
  name: 'Owner',
  role: 'owner',
  rowScope: 'all',
  visible: { kind: 'all' },
  teamId: null,
  repId: null,
  credential: { kind: 'local', id: 'test' },
  allowedActions: null,
}
/** The promise is five seconds; a loaded machine gets some grace before a test calls it broken. */
const LIMIT_MS = 8000

interface House {
  readonly personas: Personas
  readonly folder: string
  readonly file: (name: string) => string
  readonly audited: string[]
  readonly another: () => Personas
}

async function openHouse(t: TestContext): Promise<House> {
  const { database } = await openTestDatabase()
  const folder = await mkdtemp(path.join(tmpdir(), 'personas-'))
  for (const name of ['marcus.md', 'sarah.md']) await copyFile(path.join(SHIPPED, name), path.join(folder, name))
  const audited: string[] = []
  const opened: Personas[] = []
  const another = (): Personas => {
    const made = createPersonas({
      database,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      folder,
      skillNames: SKILL_NAMES,
      audit: async (entry) => void audited.push(`${entry.action} ${entry.targetId} ${entry.detail.isPinned}`),
    })
    opened.push(made)
    return made
  }
  const personas = another()
  await personas.start()
  t.after(async () => {
    for (const one of opened) await one.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { personas, folder, file: (name) => path.join(folder, name), audited, another }
}

async function eventually(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS
  while (performance.now() < deadline) {
    if (await check()) return
    await systemClock.sleep(50)
  }
  assert.fail(`not within ${LIMIT_MS} ms: ${what}`)
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  assert.ok(text.includes(from))
  // As editors do: written beside, then moved over.
  await writeFile(`${file}.new`, text.replace(from, to))
  await rename(`${file}.new`, file)
}

test('the shipped colleagues are in force after the start, each by its content hash', async (t) => {
  const { personas } = await openHouse(t)
  const found = await personas.list()
  assert.deepEqual(
    found.map(({ id, isPinned, fileVersion, fault }) => [id, isPinned, fileVersion, fault]),
    [
      ['marcus', false, null, null],
      ['sarah', false, null, null],
    ],
  )
  assert.match(found[0]?.version ?? '', /^[0-9a-f]{12}$/)
  assert.equal(personas.health().state, 'ok')
  await assert.rejects(personas.get('nobody'), { code: 'PERSONA_NOT_FOUND' })
})

test('a third persona dropped into the folder appears without restart, and goes when its file is deleted', async (t) => {
  const { personas, file } = await openHouse(t)
  const text = (await readFile(file('sarah.md'), 'utf8')).replace('Dr. Sarah Chen', 'Nora Lind')
  await writeFile(file('nora.md'), text)
  await eventually('nora appears', async () => (await personas.list()).some(({ id }) => id === 'nora'))
  assert.equal((await personas.get('nora')).definition.name, 'Nora Lind')
  await unlink(file('nora.md'))
  await eventually('nora goes', async () => (await personas.list()).every(({ id }) => id !== 'nora'))
})

test('a faulty file is reported with line and reason while the last good version stays', async (t) => {
  const { personas, file } = await openHouse(t)
  const before = await personas.get('marcus')
  await edit(file('marcus.md'), 'tint: amber', 'tint: puce')
  await eventually('the fault is told', async () => (await personas.get('marcus')).fault !== null)
  const during = await personas.get('marcus')
  assert.equal(during.version, before.version)
  assert.deepEqual([during.fault?.file, during.fault?.line], ['marcus.md', 5])
  assert.equal(personas.health().state, 'degraded')
  assert.match(personas.health().detail, /^marcus\.md line 5: Field "tint"/)
  await edit(file('marcus.md'), 'tint: puce', 'tint: rose')
  await eventually(
    'the repaired file is in force',
    async () => (await personas.get('marcus')).definition.tint === 'rose',
  )
  assert.equal((await personas.get('marcus')).fault, null)
})

test('activating another version pins it beside the file, and saving the file lifts the pin', async (t) => {
  const { personas, file, audited } = await openHouse(t)
  const first = await personas.get('marcus')
  await edit(file('marcus.md'), 'tint: amber', 'tint: blue')
  await personas.rescan()
  const second = await personas.get('marcus')
  assert.notEqual(second.version, first.version)
  const pinned = await personas.activate({ id: 'marcus', version: first.version, principal: PRINCIPAL })
  assert.deepEqual([pinned.version, pinned.isPinned, pinned.fileVersion], [first.version, true, second.version])
  await personas.rescan()
  assert.equal((await personas.get('marcus')).isPinned, true, 'an unchanged file leaves the pin')
  const unpinned = await personas.activate({ id: 'marcus', version: second.version, principal: PRINCIPAL })
  assert.deepEqual([unpinned.isPinned, unpinned.fileVersion], [false, null], "the file's own version is no pin")
  await personas.activate({ id: 'marcus', version: first.version, principal: PRINCIPAL })
  await edit(file('marcus.md'), 'tint: blue', 'tint: teal')
  await personas.rescan()
  const saved = await personas.get('marcus')
  assert.deepEqual([saved.definition.tint, saved.isPinned, saved.fileVersion], ['teal', false, null])
  assert.deepEqual(audited, [
    'persona:activate marcus true',
    'persona:activate marcus false',
    'persona:activate marcus true',
  ])
})

test('versions are listed newest first, each as a diff from what is in force', async (t) => {
  const { personas, file } = await openHouse(t)
  const old = await readFile(file('marcus.md'), 'utf8')
  await edit(file('marcus.md'), 'tint: amber', 'tint: blue')
  await personas.rescan()
  const versions = await personas.versions('marcus')
  assert.deepEqual(
    versions.map(({ isActive, isFile }) => [isActive, isFile]),
    [
      [true, true],
      [false, false],
    ],
  )
  assert.equal(versions[0]?.diff, '')
  assert.equal(applyDiff(await readFile(file('marcus.md'), 'utf8'), versions[1]?.diff ?? ''), old)
  await assert.rejects(personas.activate({ id: 'marcus', version: 'ffffffff', principal: PRINCIPAL }), {
    code: 'NOT_FOUND',
  })
})

test('another process follows an activation within two seconds and does not undo it', async (t) => {
  const { personas, file, another } = await openHouse(t)
  const first = await personas.get('marcus')
  await edit(file('marcus.md'), 'tint: amber', 'tint: blue')
  await personas.rescan()
  const other = another()
  await other.start()
  const second = await other.get('marcus')
  await personas.activate({ id: 'marcus', version: first.version, principal: PRINCIPAL })
  const startedAt = performance.now()
  await eventually('the other follows', async () => (await other.get('marcus')).version === first.version)
  assert.ok(performance.now() - startedAt < 2500)
  await Promise.all([personas.rescan(), other.rescan()])
  assert.deepEqual(
    [(await personas.get('marcus')).version, (await other.get('marcus')).fileVersion],
    [first.version, second.version],
  )
})

test('a folder that cannot be read leaves everybody in force and says so', async (t) => {
  const { personas, folder } = await openHouse(t)
  await rename(folder, `${folder}-away`)
  await personas.rescan()
  assert.equal((await personas.list()).length, 2)
  assert.match(personas.health().detail, /cannot be read/)
  await rename(`${folder}-away`, folder)
  await personas.rescan()
  assert.equal(personas.health().state, 'ok')
})
