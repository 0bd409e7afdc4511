import { readAsked } from '#domain/calendar/active-settings.ts'
import { defineCalendar, type WrittenDefinition } from '#domain/calendar/define-calendar.ts'
import type { WrittenPeriod } from '#domain/calendar/define-period.ts'
import { effective } from '#domain/calendar/effective.ts'
import { createLookup, listSegments } from '#domain/calendar/lookup.ts'
import { compilePlan, isActive, planSpan, type CalendarDefinition, type CalendarPlan } from '#domain/calendar/plan.ts'
import { median, round } from './support/statistics.ts'
import type { BenchOptions } from './support/bench-options.ts'

const TODAY = '2026-11-28'
const SOURCE = { file: 'calendar.yaml', line: 1 }
const KEY = 'cache.tool:ledger.balance.ttl'
const BASE_MS = 300_000

/** The periods of a company that collects rents and pays wages. */
const PERIODS: Readonly<Record<string, Omit<WrittenPeriod, 'name' | 'source'>>> = {
  'month-end-close': { when: 'last 3 bd of month', lead: '4h', ramp: '30m', bridge: true, priority: 50 },
  'rent-due': { when: 'days 1-5 of month', timezone: 'America/Chicago', lead: '2h' },
  'quarter-end': { when: 'last 5 bd of quarter', priority: 80 },
  payroll: { when: 'every 2nd fri from 2026-01-09 roll(prev)', hours: ['06:00', '20:00'] },
  'semi-monthly-pay': { when: 'day 15 of month roll(prev) or last 1 bd of month' },
  'pre-rent': { when: '2 bd before days 1-5 of month' },
  'plain-month-end': { when: 'last 3 bd of month and not last 3 bd of quarter' },
  'fiscal-year-end': { when: 'last 10 bd of year', fiscal: { start: '02-01' } },
  'quiet-nights': { when: 'bd', hours: ['22:00', '06:00'] },
  'board-day': { dates: ['2026-12-03'] },
}

const POLICIES: readonly (readonly [match: string, settings: Readonly<Record<string, string | number>>])[] = [
  ['month-end-close', { 'cache.tool:ledger.*.ttl': 'x0.25', 'limits.*.rate': 'x2', 'scale.worker.min': 6 }],
  ['quarter-end', { 'cache.tool:*.ttl': '30s', 'alerts.latency_p95.threshold': 'x1.5' }],
  ['payroll and not month-end-close', { 'cache.*.ttl': 'x0.5' }],
  ['quiet-nights', { 'cache.*.ttl': 'x2', 'mcp.*.probe': 'x4' }],
]

/**
 * What asking the calendar costs: `nsPerLookup` of a value that four policies move (one instant after another, as a running
 * process asks, and at random), and `compileMs` of ten periods and four policies for 491 days, once the code is warm. The
 * baseline works the same value out anew each time.
 */
export async function run({ isQuick }: BenchOptions) {
  const definition = define()
  const rounds = isQuick ? 20 : 100
  const asks = isQuick ? 1_000_000 : 10_000_000
  const firstMs = timed(() => compilePlan(definition, planSpan(TODAY)))
  const compiles = Array.from({ length: rounds }, () => timed(() => compilePlan(definition, planSpan(TODAY))))
  const plan = compilePlan(definition, planSpan(TODAY))
  const lookup = createLookup(plan, KEY, BASE_MS)
  const nsPerLookup = nsPerCall(lookup, inOrder(plan, asks))
  const results = {
    nsPerLookup,
    nsPerRandomLookup: nsPerCall(lookup, atRandom(plan, asks)),
    nsPerIsActive: nsPerCall((atMs) => Number(isActive(plan, 'month-end-close', atMs)), atRandom(plan, asks)),
    compileFirstMs: round(firstMs),
    compileMs: round(median(compiles)),
    lookupMs: round(median(Array.from({ length: rounds }, () => timed(() => createLookup(plan, KEY, BASE_MS))))),
    days: 491,
    periods: definition.periods.length,
    policies: definition.policies.length,
    segments: listSegments(plan, readAsked(plan, KEY), BASE_MS).values.length,
  }
  const nsPerEffective = nsPerCall(
    (atMs) => Number(effective(plan, { key: KEY, base: BASE_MS }, atMs).value),
    atRandom(plan, rounds * 10),
  )
  return { results, baselines: { nsPerEffective }, ratios: { effectiveToLookup: round(nsPerEffective / nsPerLookup) } }
}

function define(): CalendarDefinition {
  const written: WrittenDefinition = {
    calendars: [
      { name: 'ours', base: 'us-fed', timezone: 'America/New_York', add: ['2026-11-27'], remove: [], source: SOURCE },
    ],
    periods: Object.entries(PERIODS).map(([name, period]) => ({ name, calendar: 'ours', source: SOURCE, ...period })),
    policies: POLICIES.map(([match, settings]) => ({
      match,
      settings: Object.entries(settings).map(([key, value]) => ({ key, value, source: SOURCE })),
      source: SOURCE,
    })),
  }
  const defined = defineCalendar(written)
  if ('faults' in defined) throw new Error(defined.faults.map((fault) => fault.message).join(' '))
  return defined.value
}

/** Made beforehand, so that only the asking is measured. */
function inOrder(plan: CalendarPlan, count: number): Float64Array {
  const stepMs = (plan.toMs - plan.fromMs) / count
  return Float64Array.from({ length: count }, (_, index) => plan.fromMs + index * stepMs)
}

/** By a fixed sequence (Lehmer's), the same in every run. */
function atRandom(plan: CalendarPlan, count: number): Float64Array {
  let seed = 42
  return Float64Array.from({ length: count }, () => {
    seed = (seed * 48_271) % 2_147_483_647
    return plan.fromMs + (seed / 2_147_483_647) * (plan.toMs - plan.fromMs)
  })
}

/** The least of five rounds: whatever else the machine does only adds. */
function nsPerCall(ask: (atMs: number) => number, instants: Float64Array): number {
  let sum = 0
  const times = Array.from({ length: 5 }, () =>
    timed(() => {
      for (const atMs of instants) sum += ask(atMs)
    }),
  )
  if (Number.isNaN(sum)) throw new Error('a lookup answered with no number')
  return round((Math.min(...times) * 1_000_000) / instants.length)
}

function timed(work: () => unknown): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}
