import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import type { PriceTable } from '#domain/price.ts'
import type { Principal, Role } from '#domain/permission.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createBudgets } from './index.ts'

const POOL = 20
const { database } = await openTestDatabase({ poolMax: POOL })

const ANN = '01900000-0000-7000-8000-00000000000a'
const BOB = '01900000-0000-7000-8000-00000000000b'
const TURN = '01900000-0000-7000-8000-0000000000f1'
const prices: PriceTable = [
  { provider: 'playbook', model: '*', input: 0, cachedInput: 0, output: 0 },
  { provider: 'openai', model: 'small', input: 1, cachedInput: 0.5, output: 4 },
  { provider: 'openai', model: 'dear', input: 10, cachedInput: 5, output: 40 },
]
/** At the prices of `small` this holds back 1000 + 1000 * 4 = 5000 micros. */
const REQUEST = { memberId: ANN, model: 'openai/small', inputTokens: 1000, maxOutputTokens: 1000 }

beforeEach(() =>
  database.inTransaction(async (handle) => {
    await handle.run(sql`truncate members, usage_entries, budget_reservations, budgets cascade`)
    await handle.run(
      sql`insert into members (id, email, name, role) values (${ANN}, 'a@x.io', 'Ann', 'member'), (${BOB}, 'b@x.io', 'Bob', 'member')`,
    )
  }),
)

function open(
  limits: { deploymentDailyMicros?: number; memberDailyMicros?: number } = {},
  memberCapNow?: (micros: number) => number,
) {
  const clock = createManualClock()
  const budgets = createBudgets({
    database,
    clock,
    prices,
    limits: { deploymentDailyMicros: null, memberDailyMicros: null, ...limits },
    memberCapNow,
  })
  return { clock, budgets }
}

function entry(over: { model?: string; provider?: string; turnId?: string; memberId?: string; output?: number } = {}) {
  const { output = 500, ...rest } = over
  const usage = { input: 1000, cachedInput: 400, output }
  return { turnId: TURN, memberId: ANN, persona: 'marcus', provider: 'openai', model: 'small', usage, ...rest }
}

function principal(memberId: string, role: Role): Principal {
  return {
    memberId,
    email: 'x@x.io',
    name: 'X',
    role,
    rowScope: 'own',
    visible: { kind: 'reps', repIds: [] },
    teamId: null,
    repId: null,
    credential: { kind: 'session', id: 's' },
    allowedActions: null,
  }
}

const isExhausted = (error: unknown): boolean => error instanceof SophiaError && error.code === 'BUDGET_EXHAUSTED'

async function countReservations(): Promise<number> {
  const row = await database.read((handle) =>
    handle.first(z.object({ count: z.number() }), sql`select count(*)::int as count from budget_reservations`),
  )
  return row?.count ?? -1
}

test('parallel reservations from two processes never pass the cap together', async () => {
  const limits = { deploymentDailyMicros: 52_000 }
  const one = open(limits).budgets
  const two = open(limits).budgets
  // As many at once as there are connections: whoever has to wait for one too long is turned away for that.
  const results: PromiseSettledResult<unknown>[] = []
  for (let round = 0; round < 5; round += 1) {
    const reservations = Array.from({ length: POOL }, (_, n) =>
      (n % 2 ? one : two).reserve({ ...REQUEST, memberId: n % 3 ? ANN : BOB }),
    )
    results.push(...(await Promise.allSettled(reservations)))
  }
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 10, '10 x 5000 fit under 52 000')
  for (const result of results) if (result.status === 'rejected') assert.ok(isExhausted(result.reason))
})

test("a member's cap binds that member alone", async () => {
  const { budgets } = open({ memberDailyMicros: 9999 })
  await budgets.reserve(REQUEST)
  await assert.rejects(budgets.reserve(REQUEST), /Your budget/)
  await budgets.reserve({ ...REQUEST, memberId: BOB })
})

test("the business calendar moves a member's cap, and not the deployment's", async () => {
  const { budgets } = open({ memberDailyMicros: 9999 }, (micros) => micros * 1.5)
  await budgets.reserve(REQUEST)
  await budgets.reserve(REQUEST)
  await assert.rejects(budgets.reserve(REQUEST), /Your budget/)
  const narrow = open({ deploymentDailyMicros: 1 }, (micros) => micros * 1.5)
  await assert.rejects(narrow.budgets.reserve(REQUEST), { code: 'BUDGET_EXHAUSTED' })
})

test('settling writes what the call cost, frees what was held, and counts against the cap', async () => {
  const { budgets } = open({ memberDailyMicros: 7000 })
  const reservation = await budgets.reserve(REQUEST)
  // 600 fresh at 1 + 400 cached at 0.5 + 500 out at 4
  assert.deepEqual(await reservation.settle(entry()), { costMicros: 2800 })
  assert.equal(await countReservations(), 0)
  assert.deepEqual(await budgets.readMemberLimits(ANN), {
    dailyBudget: { amountMicros: 7000, currency: 'USD' },
    spentToday: { amountMicros: 2800, currency: 'USD' },
  })
  await assert.rejects(budgets.reserve(REQUEST), isExhausted)
  await budgets.reserve({ ...REQUEST, maxOutputTokens: 800 })
})

test('settling twice writes one row', async () => {
  const { budgets } = open()
  const reservation = await budgets.reserve(REQUEST)
  await reservation.settle(entry())
  await reservation.settle(entry())
  const report = await budgets.reportUsage(principal(ANN, 'member'), 1)
  assert.equal(report.total.cost.amountMicros, 2800)
})

test('a released reservation and one that never came back both free their money', async () => {
  const { budgets, clock } = open({ deploymentDailyMicros: 5000 })
  const reservation = await budgets.reserve(REQUEST)
  await assert.rejects(budgets.reserve(REQUEST), isExhausted)
  await reservation.release()
  await budgets.reserve(REQUEST)
  clock.advance(10 * 60_000 - 1)
  await assert.rejects(budgets.reserve(REQUEST), isExhausted)
  clock.advance(1)
  await budgets.reserve(REQUEST)
  assert.equal(await countReservations(), 1)
})

test('the caps start anew at midnight UTC', async () => {
  const { budgets, clock } = open({ deploymentDailyMicros: 5000 })
  const reservation = await budgets.reserve(REQUEST)
  await reservation.settle(entry({ output: 1000 }))
  await assert.rejects(budgets.reserve(REQUEST), isExhausted)
  clock.advance(15 * 60 * 60_000 - 1)
  await assert.rejects(budgets.reserve(REQUEST), isExhausted)
  clock.advance(1)
  await budgets.reserve(REQUEST)
})

test('the playbook is free: never refused, never held, in the ledger at zero', async () => {
  const { budgets } = open({ deploymentDailyMicros: 0, memberDailyMicros: 0 })
  const reservation = await budgets.reserve({ ...REQUEST, model: 'playbook' })
  assert.equal(await countReservations(), 0)
  assert.deepEqual(await reservation.settle(entry({ provider: 'playbook', model: 'playbook' })), { costMicros: 0 })
})

test('a model of unknown price is held at the dearest price of its provider and costs "unknown"', async () => {
  // 1000 at 10 + 1000 at 40
  const { budgets } = open({ deploymentDailyMicros: 50_000 })
  const reservation = await budgets.reserve({ ...REQUEST, model: 'openai/new' })
  assert.equal((await budgets.readBudgets()).reservedNow.amountMicros, 50_000)
  await assert.rejects(budgets.reserve({ ...REQUEST, inputTokens: 1, maxOutputTokens: 0 }), isExhausted)
  assert.deepEqual(await reservation.settle(entry({ model: 'new' })), { costMicros: null })
  const report = await budgets.reportUsage(principal(ANN, 'member'), 1)
  assert.equal(report.rows[0]?.cost, null)
  assert.deepEqual(report.total, { cost: { amountMicros: 0, currency: 'USD' }, answers: 1, unpricedAnswers: 1 })
})

test('an absurd request is refused before any provider is called', async () => {
  const { budgets } = open({ deploymentDailyMicros: 1_000_000 })
  await assert.rejects(budgets.reserve({ ...REQUEST, maxOutputTokens: 1e9 }), isExhausted)
})

test('caps set on screen go before the settings, and null goes back to them', async () => {
  const { budgets } = open({ deploymentDailyMicros: 5000 })
  const changed = await budgets.changeBudgets({ deploymentDailyUsd: 0.01, memberDailyUsd: 0.006 })
  assert.equal(changed.deploymentDaily?.amountMicros, 10_000)
  await budgets.reserve(REQUEST)
  await assert.rejects(budgets.reserve(REQUEST), /Your budget/)
  await budgets.reserve({ ...REQUEST, memberId: BOB })
  const back = await budgets.changeBudgets({ deploymentDailyUsd: null, memberDailyUsd: null })
  assert.equal(back.deploymentDaily?.amountMicros, 5000)
  assert.equal(back.memberDaily, null)
  assert.equal(back.reservedNow.amountMicros, 10_000)
})

test("a member's own cap goes before the one for all members", async () => {
  const { budgets } = open({ memberDailyMicros: 1 })
  await database.read((handle) =>
    handle.run(sql`insert into budgets (scope, daily_limit_micros) values (${ANN}, 5000)`),
  )
  await budgets.reserve(REQUEST)
  await assert.rejects(budgets.reserve({ ...REQUEST, memberId: BOB }), isExhausted)
})

test('the report shows a member their own rows and a lead everybody, by day and model, answers counted once', async () => {
  const { budgets, clock } = open()
  const other = '01900000-0000-7000-8000-0000000000f2'
  await (await budgets.reserve(REQUEST)).settle(entry())
  await (await budgets.reserve(REQUEST)).settle(entry())
  clock.advance(24 * 60 * 60_000)
  await (await budgets.reserve(REQUEST)).settle(entry({ turnId: other, memberId: BOB, model: 'dear' }))
  const own = await budgets.reportUsage(principal(ANN, 'member'), 30)
  assert.deepEqual(
    own.rows.map((row) => [row.day, row.memberName, row.model, row.answers, row.inputTokens, row.cost?.amountMicros]),
    [['2026-03-10', 'Ann', 'small', 1, 2000, 5600]],
  )
  const all = await budgets.reportUsage(principal(BOB, 'lead'), 30)
  assert.deepEqual(
    all.rows.map((row) => row.memberName),
    ['Bob', 'Ann'],
  )
  assert.deepEqual([all.from, all.to], ['2026-02-10', '2026-03-11'])
  assert.deepEqual(all.total, { cost: { amountMicros: 33_600, currency: 'USD' }, answers: 2, unpricedAnswers: 0 })
  assert.equal((await budgets.reportUsage(principal(BOB, 'lead'), 1)).rows.length, 1)
})
