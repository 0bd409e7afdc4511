import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DealRiskFigures } from '#domain/deal/risk.ts'
import type { PipelineFigures } from '#domain/deal/pipeline.ts'
import type { RememberedFact } from '#domain/memory/slots.ts'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import { createEvidence } from '#features/evidence/index.ts'
import { insertSample } from '#features/imports/sample-store.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, principalSeeing } from '../../../test/support/records.ts'
import { createDeals } from './index.ts'

const TODAY = '2026-11-22'
const DEAL = 'deal-0003'
const { database } = await openTestDatabase()
await database.inTransaction((handle) => insertSample(handle, createSampleCompany({ today: TODAY }), TODAY))
let remembered: RememberedFact[] = []
const clock = clockAt(TODAY)
const recall = () => Promise.resolve(new Map([[DEAL, remembered]]))
const deals = createDeals({ database, clock, recallFacts: recall, sharedFacts: recall })
const EVERYONE = principalSeeing()

function fact(slot: RememberedFact['slot'], value: string | null, text: string): RememberedFact {
  return { memoryId: 'm1', subject: { kind: 'deal', id: DEAL }, slot, value, text, saidOn: '2026-11-20' }
}

async function assess(): Promise<DealRiskFigures> {
  const outcome = await deals.risk(EVERYONE, DEAL)
  assert.ok(outcome.kind === 'result')
  return outcome.result.figures as DealRiskFigures
}

async function review(input: object, principal = EVERYONE) {
  const skill = deals.skills.find((candidate) => candidate.name === 'review-pipeline')
  const outcome = await skill?.run({ principal, input, signal: new AbortController().signal })
  assert.ok(outcome?.kind === 'result')
  return { ...outcome.result, figures: outcome.result.figures as PipelineFigures }
}

test('a remembered champion who left raises the risk with the memory as evidence; forgetting moves it back', async () => {
  const before = await assess()
  assert.equal(before.signals.find(({ name }) => name === 'champion')?.state, 'ok')
  remembered = [fact('champion_left', 'confirmed', 'The champion has left.')]
  const after = await assess()
  const signal = after.signals.find(({ name }) => name === 'champion')
  assert.deepEqual([signal?.state, signal?.rememberedOn], ['risk', '2026-11-20'])
  assert.deepEqual(signal?.evidence[0], { kind: 'memory', id: 'm1', label: 'The champion has left.' })
  assert.match(signal.detail, /Remembered on 2026-11-20/)
  assert.ok(after.score !== null && before.score !== null && after.score > before.score)
  remembered = []
  assert.deepEqual(await assess(), before)
})

test('a record changed after it was said wins over the memory', async () => {
  remembered = [fact('competitor', 'Tollgate Pay', 'Tollgate Pay competes.')]
  assert.equal((await assess()).signals.find(({ name }) => name === 'competitor')?.state, 'risk')
  await database.inTransaction((handle) =>
    handle.run(
      sql`insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source) values ('deals', ${DEAL}, 'competitor', 'Tollgate Pay', null, '2026-11-21', 'sample')`,
    ),
  )
  assert.equal((await assess()).signals.find(({ name }) => name === 'competitor')?.rememberedOn, undefined)
  remembered = []
})

test('pushes of the expected close cite their changes, which open as evidence to those who see the deal', async () => {
  const pushed = (await assess()).signals.find(({ name }) => name === 'pushed_close')
  const refs = pushed?.evidence ?? []
  assert.equal(refs.length, 4)
  assert.ok(refs.every(({ kind }) => kind === 'change'))
  const evidence = createEvidence({ database, clock })
  assert.equal((await evidence.list(EVERYONE, refs)).length, 4)
  assert.deepEqual(await evidence.list(principalSeeing(['nobody']), refs), [])
})

test('what changed names the stored day, its rows open, and totals agree with SQL', async () => {
  const unknown = await review({ focus: 'changes' })
  assert.match(unknown.headline, /no day of the deals has been stored yet/)
  await deals.refreshStandings()
  const { figures, evidence, caveats } = await review({ focus: 'changes', since: '2026-10-25' })
  const changes = figures.outlook?.changes
  assert.equal(changes?.comparedWith, '2026-10-25')
  assert.ok(caveats.some((caveat) => caveat.includes('recorded changes')))
  const counted = await database.read((handle) =>
    handle.client.query<{ won: string; created: string }>(
      `select count(*) filter (where stage = 'won' and created_on <= '2026-10-25') as won, count(*) filter (where created_on > '2026-10-25') as created from deals where closed_on > '2026-10-25' or closed_on is null`,
    ),
  )
  const dealsOf = (kind: string): number => changes.groups.find((group) => group.kind === kind)?.deals ?? 0
  assert.equal(dealsOf('new'), Number(counted.rows[0]?.created))
  assert.equal(dealsOf('won'), Number(counted.rows[0]?.won))
  const stored = evidence.filter((row) => row.kind === 'snapshot')
  assert.ok(stored.length > 0)
  const opened = await createEvidence({ database, clock }).list(EVERYONE, stored.slice(0, 10))
  assert.equal(opened.length, Math.min(10, stored.length))
  assert.match((await review({ focus: 'changes', since: '2026-01-01' })).headline, /stored from 2026-09-27 on/)
})

test('each focus answers first, and a member with nothing in sight learns nothing', async () => {
  assert.match((await review({ focus: 'forecast' })).headline, /may bring \$.*likely \$/)
  assert.match((await review({ focus: 'coverage' })).headline, /missing to quota by 2026-12-31/)
  assert.match((await review({ focus: 'concentration' })).headline, /3 deals hold/)
  const skill = deals.skills.find((candidate) => candidate.name === 'review-pipeline')
  const nobody = await skill?.run({
    principal: principalSeeing([]),
    input: { focus: 'changes' },
    signal: new AbortController().signal,
  })
  assert.equal(nobody?.kind, 'nothing')
})
