import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { SophiaError } from '#domain/errors.ts'
import { emptyReport, type Happening } from '#domain/mcp/server-report.ts'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { until } from '../../../test/support/until.ts'
import { createReportKeeper } from './report-keeper.ts'
import { writeReport } from './report-shape.ts'
import { findReport, leaseProbers, listEvents, readSequence } from './shared-store.ts'

const { database } = await openTestDatabase({ poolMax: 10 })
const log = pino({ level: 'silent' })
const TOOLS = { hasDrift: false, missesExpected: false }

function openKeeper(serverId: string, processId = createId(), over: Database = database) {
  const key = { serverId, setup: 'here' }
  const opened: string[] = []
  const onBreakerOpened = (server: string): void => void opened.push(server)
  const calm = { clock: systemClock, log, processId, pace: 0.1, onStored: () => undefined }
  const needs = { ...calm, database: over, onBreakerOpened }
  const keeper = createReportKeeper(needs, { key, empty: emptyReport('not_required'), isStored: false })
  return {
    keeper,
    key,
    opened,
    lease: async (ms: number) =>
      (await database.read((handle) => leaseProbers(handle, { keys: [key], owner: processId, ms })))[0]?.fence ?? null,
    stored: () => database.read((handle) => findReport(handle, key)),
  }
}

function seen(atMs: number, isOk: boolean): Happening {
  const observation = isOk ? { kind: 'ok' as const } : { kind: 'failed' as const, fault: 'timeout' as const }
  return { kind: 'observed', atMs, observation, auth: 'not_required', isPerMember: false, tools: TOOLS }
}

test('what whoever asked before still has to say is not taken once another has taken over, however new it is', async () => {
  const [before, next] = [openKeeper('fenced'), openKeeper('fenced')]
  const old = await before.lease(0)
  assert.equal(old, 1)
  assert.equal(await next.lease(60_000), 2, 'the lease was over')
  assert.equal(await before.lease(60_000), null, 'and is held by another')
  next.keeper.note(seen(1000, true), 2)
  await next.keeper.close()
  before.keeper.note(seen(2000, false), old)
  before.keeper.note(seen(3000, false), old)
  assert.equal(before.keeper.report.health.state, 'unhealthy', 'it believes so until it hears')
  await before.keeper.close()
  const row = await next.stored()
  assert.deepEqual([before.keeper.report.health.state, before.keeper.report.health.failures], ['healthy', 0])
  assert.match(JSON.stringify(row?.report), /"heardMs":1000/)
})

test('of two who saw something the newer counts, in whichever order they tell it; each call and fault counts once', async () => {
  const [one, two] = [openKeeper('ordered'), openKeeper('ordered')]
  two.keeper.note(seen(5000, true))
  two.keeper.note({ kind: 'called', atMs: 5000, ms: 3, hasFailed: false })
  await two.keeper.close()
  one.keeper.note(seen(4000, false))
  one.keeper.note({ kind: 'called', atMs: 4000, ms: 9, hasFailed: true })
  await one.keeper.close()
  const { health, breaker, calls } = one.keeper.report
  assert.deepEqual([health.state, health.failures, breaker.failures], ['healthy', 0, 0])
  assert.deepEqual(
    calls.map(({ ms, isOk }) => [ms, isOk]),
    [
      [9, false],
      [3, true],
    ],
  )
})

test('twenty who tell something at once lose nothing, and events are numbered without a gap', async () => {
  const keepers = Array.from({ length: 20 }, () => openKeeper('crowded'))
  const { events: from } = await database.read(readSequence)
  await Promise.all(
    keepers.map(async ({ keeper }, place) => {
      const probe = { atMs: 1000 + place, ms: place, outcome: 'ok' as const, kind: 'ping' as const, by: 'somebody' }
      keeper.note({ kind: 'probed', atMs: probe.atMs, probe })
      keeper.note({ kind: 'called', atMs: 1000 + place, ms: place, hasFailed: false })
      await keeper.close()
    }),
  )
  const last = openKeeper('crowded')
  const row = await last.stored()
  assert.ok(row)
  last.keeper.adopt(row)
  assert.equal(last.keeper.report.probes.length, 20)
  assert.equal(last.keeper.report.calls.length, 20)
  const told = await database.read((handle) => listEvents(handle, { after: from, upTo: from + 100 }, 100))
  assert.deepEqual(
    told.map(({ number }) => number),
    Array.from({ length: 20 }, (_one, place) => from + 1 + place),
  )
})

test('a breaker that opens is told once for each opening, by one of all who met the failures', async () => {
  const [one, two] = [openKeeper('broken'), openKeeper('broken')]
  const openings = (): number => one.opened.length + two.opened.length
  let atMs = 1000
  const call = async (hasFailed: boolean, { keeper } = one): Promise<void> => {
    atMs += 1000
    keeper.note({ kind: 'called', atMs, ms: 1, hasFailed })
    await until(async () => JSON.stringify((await one.stored()) ?? null).includes(`${atMs}`), 'it is stored')
  }
  for (const keeper of [one, two, one, two]) await call(true, keeper)
  assert.equal(openings(), 0)
  await call(true, two)
  // Told once it is stored, a moment after it can be read.
  await until(() => openings() > 0, 'it is told')
  assert.deepEqual([one.opened, two.opened], [[], ['broken']])
  // Tries that fail, however many, keep the same breaker open.
  for (let tries = 0; tries < 20; tries += 1) await call(true, tries % 2 === 0 ? one : two)
  assert.equal(openings(), 1)
  await call(false)
  for (let failures = 0; failures < 5; failures += 1) await call(true)
  await until(() => openings() > 1, 'it is told again')
  assert.equal(openings(), 2)
  await Promise.all([one.keeper.close(), two.keeper.close()])
})

test('with the database away what was met counts here, and is told once the database is back', async () => {
  let isAway = true
  const over: Database = {
    ...database,
    inTransaction: (...asked) =>
      isAway ? Promise.reject(new SophiaError('DATABASE_UNAVAILABLE')) : database.inTransaction(...asked),
  }
  const { keeper, stored } = openKeeper('away', createId(), over)
  keeper.note(seen(1000, true))
  assert.equal(keeper.report.health.state, 'healthy')
  await new Promise(setImmediate)
  assert.equal(await stored(), undefined)
  isAway = false
  keeper.note(seen(2000, true))
  await keeper.close()
  assert.match(JSON.stringify((await stored())?.report), /"successes":2/)
})

test('words of a server that PostgreSQL cannot store are stored without what is amiss, and nothing waits behind them', async () => {
  const { keeper, stored } = openKeeper('odd')
  const fault = {
    atMs: 1000,
    class: 'rpc',
    code: 'a\u0000',
    httpStatus: null,
    message: 'NUL \u0000 and half \ud83d',
  } as const
  keeper.note({ kind: 'failed', atMs: 1000, fault: { ...fault, correlationId: null } })
  keeper.tell({
    type: 'drift',
    at: new Date(0).toISOString(),
    server: 'odd',
    changed: ['x\u0000'],
    added: [],
    removed: [],
  })
  keeper.note(seen(1000, true))
  await keeper.close()
  const report = JSON.stringify((await stored())?.report)
  assert.match(report, /"message":"NUL {2}and half \ufffd"/)
  assert.match(report, /"state":"healthy"/)
})

test('one thing that PostgreSQL refuses is left out, and what was noted with it is stored', async () => {
  const { keeper, stored } = openKeeper('refused')
  const at = 'no time at all'
  keeper.note({ kind: 'called', atMs: 1000, ms: 3, hasFailed: false })
  keeper.tell({ type: 'state-change', at, server: 'refused', from: 'unknown', to: 'healthy', reason: 'ok' })
  keeper.note(seen(2000, true))
  await keeper.close()
  const report = JSON.stringify((await stored())?.report)
  assert.match(report, /"calls":\[\[1000,3,true\]\]/)
  assert.match(report, /"state":"healthy"/)
})

test('of a database that went back to an earlier time what it has is taken, however small its numbers', () => {
  const { keeper } = openKeeper('back')
  const reportOf = (state: string) => ({ ...JSON.parse(writeReport(emptyReport('not_required'))), auth: state })
  keeper.adopt({ seq: 900, report: reportOf('authorized') })
  keeper.adopt({ seq: 5, report: reportOf('expiring') })
  assert.equal(keeper.report.auth, 'authorized', 'late, not new')
  keeper.stepBack()
  assert.equal(keeper.report.auth, 'authorized', 'until something is heard')
  keeper.adopt({ seq: 5, report: reportOf('expiring') })
  assert.equal(keeper.report.auth, 'expiring')
})
