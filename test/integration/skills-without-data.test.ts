import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SkillOutcome } from '#domain/skill.ts'
import { renderOutcome } from '#domain/playbook/render-outcome.ts'
import type { Principal } from '#domain/permission.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createSkillRooms } from '../support/all-skills.ts'
import { openTestDatabase } from '../support/database.ts'
import { clockAt, insertRecords, principalSeeing } from '../support/records.ts'

const TODAY = '2026-11-22'
const VOICE = { name: '', role: '', tone: 'plain' } as const
const EVERYONE = principalSeeing()

/** What each skill is asked where there is next to nothing: about the one deal, client and rep, or about everything. */
const ASKED: Readonly<Record<string, readonly object[]>> = {
  'review-pipeline': [
    {},
    { rep: 'Lone Rep' },
    ...['changes', 'forecast', 'coverage', 'ageing', 'concentration'].map((focus) => ({ focus })),
    ...['rep', 'manager', 'product', 'segment', 'stage'].map((group) => ({ group })),
  ],
  'coach-deal': [{ deal: 'Bare deal' }],
  'record-next-step': [],
  'review-performance': [{ rep: 'Lone Rep' }],
  'plan-skills': [{ rep: 'Lone Rep' }],
  'handle-objection': [{ objection: 'You are too expensive' }, { objection: 'Too expensive', deal: 'Bare deal' }],
  'prepare-meeting': [{ about: 'Bare deal' }, { about: 'Bare Client' }],
  'review-call': [{ call: 'Bare deal' }, { call: 'Bare Client' }],
  'draft-follow-up': [{ about: 'Bare deal' }],
  'assess-health': [{ client: 'Bare Client' }],
  'predict-churn': [{ client: 'Bare Client' }],
  'plan-intervention': [{ client: 'Bare Client' }],
  'plan-success': [{ client: 'Bare Client' }, { client: 'Bare Client', timeline: 'year', goals: ['more users'] }],
  'review-portfolio': [{}, { focus: 'moves' }, { focus: 'payments' }, { segment: 'Enterprise' }],
  'forecast-renewals': [{}, { months: 12 }],
  'prepare-qbr': [{ client: 'Bare Client' }],
}

/** What is stored before each round; every skill is asked everything in each. */
const ROUNDS: readonly { readonly name: string; readonly add: readonly (readonly [string, object])[] }[] = [
  { name: 'an empty database', add: [] },
  { name: 'a rep without deals', add: [['reps', { id: 'rep-lone', name: 'Lone Rep' }]] },
  {
    name: 'a single deal without any field',
    add: [['deals', { id: 'deal-bare', name: 'Bare deal', stage: 'prospecting' }]],
  },
  { name: 'a client without data', add: [['clients', { id: 'client-bare', name: 'Bare Client' }]] },
]

/** What stands in a text when something is missing and nobody said so. */
const SLIPS = /\bNaN\b|\bundefined\b|\bnull\b|\b1970\b|\[object |Invalid Date|Infinity|\{\w+\}/

function readableOf(skill: string, outcome: SkillOutcome): string {
  return renderOutcome({ callId: 'c', tool: skill, ok: true, content: JSON.stringify(outcome) }, VOICE)
}

function assertHonest(what: string, skill: string, outcome: SkillOutcome): void {
  const text = readableOf(skill, outcome)
  assert.ok(text.trim() !== '', what)
  assert.doesNotMatch(text, SLIPS, `${what}\n${text}`)
  if (outcome.kind !== 'result') return
  const { confidence, coverage, asOf } = outcome.result
  assert.equal(asOf, TODAY, what)
  assert.ok(['low', 'none'].includes(confidence.level), `${what}: ${confidence.level}, ${confidence.reason}`)
  assert.ok(coverage.missing.length > 0, `${what} misses nothing`)
  for (const { input, remedy } of coverage.missing) assert.ok(input !== '' && remedy !== '', what)
  assert.doesNotMatch(JSON.stringify(outcome.result.figures), /NaN|1970-01-01/, what)
}

const { database } = await openTestDatabase()
await database.inTransaction((handle) =>
  handle.run(sql`insert into members (id, email, name, role, row_scope)
    values (${EVERYONE.memberId}, ${EVERYONE.email}, ${EVERYONE.name}, 'member', 'all')`),
)
const { skills, runSkill, deals, clients, home } = createSkillRooms(database, clockAt(TODAY))
/** Somebody whose own row scope holds nothing at all. */
const NOBODY: Principal = principalSeeing(['rep-nobody'])

test('every skill has its questions here', () => {
  assert.deepEqual(skills.map(({ name }) => name).toSorted(), Object.keys(ASKED).toSorted())
})

for (const { name, add } of ROUNDS) {
  test(`with ${name} every skill answers, names what is missing and claims nothing`, async () => {
    for (const [table, row] of add) await insertRecords(database, table, [{ ...row }])
    await deals.refreshStandings()
    await clients.refreshStandings()
    for (const [skill, inputs] of Object.entries(ASKED)) {
      for (const input of inputs) {
        for (const principal of [EVERYONE, NOBODY]) {
          const outcome = await runSkill(principal, skill, input)
          const who = principal === NOBODY ? ' by who sees nothing' : ''
          assertHonest(`${skill} ${JSON.stringify(input)}${who} with ${name}`, skill, outcome)
        }
      }
    }
    assert.doesNotMatch(JSON.stringify(await home.get(EVERYONE)), /NaN|1970-01-01/)
  })
}

test('where nothing is stored the answer is that there is nothing, and what to import', async () => {
  for (const [skill, inputs] of Object.entries(ASKED)) {
    for (const input of inputs) {
      const outcome = await runSkill(NOBODY, skill, input)
      if (skill === 'handle-objection') continue
      assert.equal(outcome.kind, 'nothing', `${skill} ${JSON.stringify(input)}: ${JSON.stringify(outcome)}`)
      assert.ok(outcome.kind === 'nothing' && outcome.remedy !== '', skill)
    }
  }
})
