import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { PERFORMANCE_MEASURES } from '#domain/deal/performance.ts'
import { PACKAGE_ROOT } from '../version.ts'
import { createMethodShelf } from './method-shelf.ts'
import { parseObjectionMethod, parsePracticeMethod } from './parse-method.ts'

test('every method that comes with Sophia is valid, there are twelve kinds, and every measure has exercises', async () => {
  const { objections, practices, faults } = await createMethodShelf(join(PACKAGE_ROOT, 'personas/methods')).read()
  assert.deepEqual(faults, [])
  assert.equal(new Set(objections.map(({ kind }) => kind)).size, 12)
  const practised = new Set<string>(practices.flatMap(({ measures }) => measures))
  assert.deepEqual(
    Object.keys(PERFORMANCE_MEASURES).filter((measure) => !practised.has(measure)),
    [],
  )
})

const GOOD = `---
id: price
kind: price
name: Price
applies: Sometimes.
phrases: [too expensive]
words: [price]
---

## Listen
a
## Acknowledge
b
## Question deeper
c
## Reframe
d
## Evidence
e
`

test('a fault is told with its line, and the last good form stays in force', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'methods-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'objections'))
  const file = join(folder, 'objections', 'price.md')
  const shelf = createMethodShelf(folder)
  assert.deepEqual((await shelf.read()).objections, [])
  await writeFile(file, GOOD)
  assert.equal((await shelf.read()).objections[0]?.steps.question, 'c')
  await writeFile(file, GOOD.replace('words: [price]', 'wrods: [price]'))
  const broken = await shelf.read()
  assert.equal(broken.objections.length, 1)
  assert.deepEqual([broken.faults[0]?.file, broken.faults[0]?.line], ['objections/price.md', 2])
})

test('wrong headings and missing weeks are faults with a line', () => {
  const wrong = parseObjectionMethod(GOOD.replace('## Reframe', '## Reply'))
  assert.ok(wrong.kind === 'fault' && wrong.fault.line === 16 && wrong.fault.reason.includes('Reply'))
  const weeks = parsePracticeMethod('---\nid: a\nname: a\nwhy: a\nmeasures: [win_rate]\n---\n## Week 1: a\nb\n')
  assert.ok(weeks.kind === 'fault' && weeks.fault.reason.startsWith('There are 1 weeks'))
})
