import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallReviewFigures } from '#domain/call/call-review.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createTestImports, importer } from '../../../test/support/import-fixture.ts'
import { createCalls } from './calls.ts'

const { database } = await openTestDatabase()
const { imports, clock } = createTestImports(database)
const calls = createCalls({ database, clock })

async function review(call: string) {
  const [skill] = calls.skills
  assert.ok(skill)
  return skill.run({ principal: importer, input: { call }, signal: AbortSignal.timeout(5000) })
}

test('without any call the answer says what to import', async () => {
  const outcome = await review('anything')
  assert.equal(outcome.kind, 'nothing')
  assert.deepEqual(await calls.readCalls(), { calls: 0, commitments: 0 })
})

test('the sample company: the late competitor is heard in its call, every speaker has a side, commitments come and go', async () => {
  await imports.loadSample(importer)
  const outcome = await review('transcript-008')
  assert.equal(outcome.kind, 'result')
  // The skill's own figures.
  const { figures } = (outcome as { result: { figures: CallReviewFigures } }).result
  assert.deepEqual(
    figures.competitors.map(({ name }) => name),
    ['Tollgate Pay'],
  )
  assert.equal(figures.talk.byWords.unknown, 0)
  assert.equal(figures.questions.them.length + figures.questions.us.length > 5, true)

  const read = await calls.readCalls()
  assert.equal(read.calls, 41)
  const everything = { status: 'all', limit: 200 } as const
  const before = await calls.listCommitments(importer, everything)
  assert.equal(before.total, read.commitments)
  await calls.readCalls()
  assert.deepEqual(await calls.listCommitments(importer, everything), before)
  await imports.removeSample(importer)
  assert.equal((await calls.listCommitments(importer, everything)).total, 0)
})
