import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MET_SLO } from '../../../test/support/slo-sample.ts'
import type { Health } from '#contract/operations.ts'
import type { AlertReport, SloReport } from '#contract/watch.ts'
import { inState, serverNow, verdictOf, type Known } from './watch-verdict.ts'
import type { Alert } from './watch-words.ts'

const AT = '2026-03-10T09:00:00.000Z'
/** The page's clock is an hour behind the server's: only what the server says of its own time may count. */
const READ_MS = Date.parse(AT) - 3_600_000
const later = (seconds: number): string => new Date(Date.parse(AT) + seconds * 1000).toISOString()

const part = { status: 'ok', since: AT, checkedAt: AT } as const
const health: Health = {
  status: 'ok',
  version: '1',
  uptimeSeconds: 9,
  mode: 'embedded',
  components: { database: part, redis: { ...part, status: 'not_configured' } },
  recoveries: [],
}
const objectives: SloReport = { measuredAt: AT, stepSeconds: 300, objectives: [MET_SLO] }

function alertOf(change: Partial<Alert> = {}): Alert {
  return {
    subject: '',
    state: 'firing',
    says: 'It is wrong.',
    value: 1,
    since: AT,
    firedAt: AT,
    resolvedAt: null,
    isTold: true,
    isSilenced: false,
    causedBy: null,
    ...change,
  }
}
function ruleOf(id: string, alerts: readonly Alert[], severity: 'page' | 'ticket' = 'page') {
  const state: AlertReport['rules'][number]['state'] = alerts.length > 0 ? 'firing' : 'inactive'
  return {
    id,
    says: id,
    severity,
    group: 'server',
    threshold: 0,
    baseThreshold: 0,
    unit: 'count',
    forSeconds: 60,
    causes: [],
    runbook: [`Mend ${id}.`],
    state,
    alerts: [...alerts],
    silences: [],
  }
}
const reportOf = (...rules: AlertReport['rules']): AlertReport => ({
  measuredAt: AT,
  judgedAt: later(-4),
  judgedBy: 'one',
  channels: [],
  replicas: [],
  rules,
  recent: [],
})

interface Change {
  readonly alerts?: AlertReport
  readonly health?: Health
  readonly objectives?: SloReport
  /** Seconds since each was read. */
  readonly ages?: { readonly alerts?: number; readonly health?: number; readonly objectives?: number }
}
function knownOf({ ages = {}, ...data }: Change = {}): Known {
  const read = (seconds = 0): number => READ_MS - seconds * 1000
  return {
    alerts: { data: data.alerts ?? reportOf(ruleOf('disk-low', [])), atMs: read(ages.alerts) },
    health: { data: data.health ?? health, atMs: read(ages.health) },
    objectives: { data: data.objectives ?? objectives, atMs: read(ages.objectives) },
    nowMs: READ_MS,
  }
}
const signalAnd = (known: Known): [string, string] => {
  const { signal, says } = verdictOf(known)
  return [signal, says]
}

test('all is said to be well only when all of it is known, fresh and well', () => {
  assert.deepEqual(signalAnd(knownOf()), ['good', 'Everything that is watched is well.'])
  const doubts: Change[] = [
    { ages: { alerts: 30 } },
    { ages: { health: 30 } },
    { ages: { objectives: 90 } },
    { ages: { alerts: 30, health: 30, objectives: 90 } },
    { alerts: { ...reportOf(), judgedAt: null } },
    { alerts: { ...reportOf(), judgedAt: later(-40) } },
    { health: { ...health, components: { disk: { ...part, status: 'unknown' } } } },
    { health: { ...health, components: { disk: { ...part, checkedAt: later(-40) } } } },
    { objectives: { ...objectives, objectives: [MET_SLO, { ...MET_SLO, status: 'unknown', title: 'First words' }] } },
  ]
  for (const doubt of doubts) assert.equal(verdictOf(knownOf(doubt)).signal, 'unknown', JSON.stringify(doubt))
})

test('what is not set up is no doubt', () => {
  const bare = { ...MET_SLO, status: 'not-configured' as const, title: 'Connections' }
  const known = knownOf({ objectives: { ...objectives, objectives: [MET_SLO, bare] } })
  assert.deepEqual(signalAnd(known), ['good', 'Everything that is watched is well.'])
})

test('nothing heard yet is unknown, and so is a server that went silent, whatever was well before', () => {
  const never = { data: undefined, atMs: 0 }
  assert.equal(
    verdictOf({ alerts: never, health: never, objectives: never, nowMs: READ_MS }).says,
    'It is not known yet how Sophia is.',
  )
  const silent = verdictOf(
    knownOf({ alerts: reportOf(ruleOf('disk-low', [alertOf()])), ages: { alerts: 60, health: 60, objectives: 60 } }),
  )
  assert.deepEqual([silent.signal, silent.more], ['unknown', ['When she was last heard: It is wrong.']])
  assert.match(silent.steps[0] ?? '', /whether the server runs/)
})

test('the cause stands before what follows from it, the worse before the lesser, the older before the younger, the silenced last', () => {
  const report = reportOf(
    ruleOf('ticket', [alertOf({ since: later(-900) })], 'ticket'),
    ruleOf('quiet', [alertOf({ since: later(-999), isSilenced: true })]),
    ruleOf('effect', [alertOf({ since: later(-800), causedBy: 'cause' })]),
    ruleOf('cause', [alertOf({ since: later(-10) })]),
    ruleOf('older', [alertOf({ since: later(-20) }), alertOf({ state: 'pending', since: later(-9999) })]),
  )
  assert.deepEqual(
    inState(report, 'firing').map(({ rule }) => rule.id),
    ['older', 'cause', 'ticket', 'effect', 'quiet'],
  )
})

test('what fires is said with what to do and what else holds', () => {
  const verdict = verdictOf(
    knownOf({
      alerts: {
        ...reportOf(
          ruleOf('memory-critical', [alertOf({ says: 'A process uses 97 % of its memory.' })]),
          ruleOf('memory-high', [alertOf({ causedBy: 'memory-critical' })], 'ticket'),
          ruleOf('disk-low', [alertOf({ since: later(60) })]),
        ),
        judgedAt: later(-600),
      },
    }),
  )
  assert.deepEqual(verdict, {
    signal: 'risk',
    tag: 'Wrong now',
    says: 'A process uses 97 % of its memory.',
    steps: ['Mend memory-critical.'],
    more: [
      '1 alert beside it follows from a cause.',
      '1 more alert fires.',
      'The rules are not being judged, so this may be over.',
    ],
  })
})

test('a part that is down is said when the alerts cannot be read, as when the database is away', () => {
  const seen = { ...part, checkedAt: later(40) }
  const down: Health = { ...health, components: { database: { ...seen, status: 'down', detail: 'refused' } } }
  const verdict = verdictOf(knownOf({ health: down, ages: { alerts: 40, objectives: 90 } }))
  assert.equal(verdict.signal, 'risk')
  assert.equal(verdict.says, 'PostgreSQL: down.', 'nobody knows whether an alert fires')
  assert.match(verdict.more.join(' '), /^Whether an alert fires for it is not known/)
  const told = verdictOf(knownOf({ health: { ...health, components: { database: { ...part, status: 'down' } } } }))
  assert.equal(told.says, 'PostgreSQL: down. No alert fires for it yet.')
  assert.deepEqual(verdict.steps, ['What was found: refused'])
  const well = verdictOf(knownOf({ health: { ...health, components: { database: seen } }, ages: { alerts: 40 } }))
  assert.match(well.says, /the alerts cannot be read/)
})

test('what is pending, and a budget that is gone, stand before well', () => {
  const pending = reportOf(ruleOf('disk-low', [alertOf({ state: 'pending' })]))
  assert.deepEqual(signalAnd(knownOf({ alerts: pending })), [
    'watch',
    'It is wrong. It has not lasted long enough to alert.',
  ])
  const missed = { ...objectives, objectives: [{ ...MET_SLO, status: 'missed' as const }] }
  assert.match(verdictOf(knownOf({ objectives: missed })).says, /missed: Error rate\./)
})

test("ages are told by the server's clock, also where this one is an hour off", () => {
  const known = knownOf({ ages: { alerts: 7 } })
  assert.equal(serverNow(known), Date.parse(AT) + 7000)
  assert.equal(serverNow({ alerts: { data: undefined, atMs: 0 }, nowMs: READ_MS }), null)
})
