import { join } from 'node:path'
import { createLookup } from '#domain/calendar/lookup.ts'
import { compilePlan } from '#domain/calendar/plan.ts'
import { DEFAULT_SCALING, adviseReplicas } from '#domain/scaling/advise-replicas.ts'
import { createEventFiles } from '#features/calendar/ical/event-files.ts'
import { loadCalendar } from '#features/calendar/load-calendar.ts'

/** A replica takes work so long after it was asked for: image, start, first answers. */
const START_MS = 90_000
/** The cluster's own scaler goes down only after so long below. */
const DOWN_MS = 300_000
const STEP_MS = 15_000
const DAY_MS = 86_400_000
const FROM = '2026-11-16'
const DAYS = 30
/** Open turns at noon of an ordinary working day. */
const NOON_TURNS = 60
const { turnsPerReplica, max } = DEFAULT_SCALING

/** What periods do to the load that is generated here: what people do then, not what the calendar was told of them. */
const RUSH: Readonly<Record<string, number>> = {
  'rent-due': 3.2,
  'late-fee-day': 1.6,
  'month-end-close': 1.8,
  payroll: 1.2,
}

/**
 * A month of generated load, minute by minute, through the rule of the cluster's own scaler: once by itself, once over the
 * floor of the business calendar. Says how long too few replicas were there, and what the floor costs.
 */
export async function run() {
  const shipped = join(import.meta.dirname, '../calendars')
  const eventFiles = createEventFiles(shipped, '2026-11-01')
  const loaded = await loadCalendar(
    { packs: shipped, eventFiles },
    { file: 'month.yaml', text: 'include: [default, rent-cycle]\n' },
  )
  if ('faults' in loaded) throw new Error(loaded.faults[0]?.message)
  const plan = compilePlan(loaded.definition, { fromDay: '2026-11-01', toDay: '2027-01-10' })
  const floorAt = createLookup(plan, 'scale.api.min', DEFAULT_SCALING.min)
  const rushes = Object.entries(RUSH).map(([name, factor]) => ({
    boundaries: plan.byName.get(name)?.boundaries,
    factor,
  }))
  const loadAt = (atMs: number): number => loadOf(atMs, rushes)
  const alone = replay(loadAt, () => DEFAULT_SCALING.min)
  const floored = replay(loadAt, (atMs) => floorOf(atMs, { floorAt, openTurns: loadAt(atMs) }))
  return {
    results: { days: DAYS, ...prefixed('calendar', floored) },
    baselines: prefixed('loadAlone', alone),
    ratios: {
      minutesShort: ratio(floored.minutesShort, alone.minutesShort),
      turnMinutesWaiting: ratio(floored.turnMinutesWaiting, alone.turnMinutesWaiting),
      replicaHours: ratio(floored.replicaHours, alone.replicaHours),
    },
  }
}

interface Rush {
  readonly boundaries: Float64Array | undefined
  readonly factor: number
}

/** Working hours of New York, weekends a tenth, and the rushes on top; a little noise that is the same in each run. */
function loadOf(atMs: number, rushes: readonly Rush[]): number {
  const local = new Date(atMs - 5 * 3_600_000)
  const hour = local.getUTCHours() + local.getUTCMinutes() / 60
  const isWeekend = local.getUTCDay() % 6 === 0
  const shape = Math.max(0.03, Math.exp(-(((hour - 13) / 4.2) ** 2)))
  const rush = rushes.reduce((most, one) => (isIn(one.boundaries, atMs) ? Math.max(most, one.factor) : most), 1)
  const noise = 1 + 0.1 * Math.sin(atMs / 437_000) * Math.sin(atMs / 91_000)
  return NOON_TURNS * shape * (isWeekend ? 0.1 : 1) * rush * noise
}

function isIn(boundaries: Float64Array | undefined, atMs: number): boolean {
  return boundaries !== undefined && boundaries.filter((boundary) => boundary <= atMs).length % 2 === 1
}

function floorOf(
  atMs: number,
  { floorAt, openTurns }: { floorAt: (atMs: number) => number; openTurns: number },
): number {
  const calendar = { replicas: floorAt(atMs), says: 'the plan' }
  return adviseReplicas(DEFAULT_SCALING, { nowMs: atMs, calendar, openTurns, last: null, spentUsd: 0 }).floor
}

/** The rule of a HorizontalPodAutoscaler: replicas in proportion to the load, up at once, down after a while. */
function replay(loadAt: (atMs: number) => number, floorAt: (atMs: number) => number) {
  let [ready, minutesShort, turnMinutesWaiting, replicaHours] = [1, 0, 0, 0]
  const starting: { readonly count: number; readonly readyMs: number }[] = []
  let highMs = 0
  const fromMs = Date.parse(FROM)
  for (let atMs = fromMs; atMs < fromMs + DAYS * DAY_MS; atMs += STEP_MS) {
    for (const one of starting.filter(({ readyMs }) => readyMs <= atMs)) {
      ready += one.count
      starting.splice(starting.indexOf(one), 1)
    }
    const asked = ready + starting.reduce((sum, { count }) => sum + count, 0)
    const wanted = Math.min(max, Math.max(floorAt(atMs), Math.ceil(loadAt(atMs) / turnsPerReplica)))
    if (wanted >= asked) highMs = atMs
    if (wanted > asked) starting.push({ count: wanted - asked, readyMs: atMs + START_MS })
    if (wanted < asked && atMs - highMs > DOWN_MS) ready = Math.max(wanted, ready - 1)
    const short = Math.max(0, loadAt(atMs) - ready * turnsPerReplica)
    if (short > 0) minutesShort += STEP_MS / 60_000
    turnMinutesWaiting += (short * STEP_MS) / 60_000
    replicaHours += (Math.max(ready, asked) * STEP_MS) / 3_600_000
  }
  return { minutesShort, turnMinutesWaiting, replicaHours }
}

function prefixed(name: string, found: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(found).map(([key, value]) => [
      `${name}${key[0]?.toUpperCase()}${key.slice(1)}`,
      Math.round(value * 10) / 10,
    ]),
  )
}

function ratio(value: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((value / whole) * 1000) / 1000
}
