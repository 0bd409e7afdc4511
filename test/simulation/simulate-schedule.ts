import { nextBriefing, owedBriefing, type BriefingSchedule } from '#domain/briefing/schedule.ts'
import { createVirtualTime } from './virtual-time.ts'

const HOUR_MS = 3_600_000
const DAYS = 40
/** Clocks go back, forward, by half an hour, never, and across the date line within these weeks. */
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia']
const STARTS = ['2026-03-01T00:00:00Z', '2026-10-10T00:00:00Z', '2026-06-01T00:00:00Z']

/** The product's own; a planted fault stands in their place. */
export const RULES = { next: nextBriefing, owed: owedBriefing }
export type Rules = typeof RULES

interface Outcome {
  /** In words; none when all held. */
  readonly breaches: readonly string[]
  readonly told: number
}

/** A server that is down for hours or days now and then, and looks once a quarter of an hour while it is up. */
export function simulateSchedule(seed: number, rules: Rules = RULES): Outcome {
  const time = createVirtualTime(seed)
  const schedule: BriefingSchedule = {
    cadence: 'daily',
    weekday: 1,
    hour: Math.floor(time.between(0, 24)),
    timeZone: time.pick(ZONES) ?? 'UTC',
  }
  const startMs = Date.parse(time.pick(STARTS) ?? '')
  const told: { readonly atMs: number; readonly period: string }[] = []
  const looks: number[] = []
  let nextAt = rules.next(schedule, new Date(startMs))?.at ?? null
  let isUp = true
  const toggle = (): void => {
    isUp = !isUp
    time.after(isUp ? time.between(1, 200) * HOUR_MS : time.between(0.5, 80) * HOUR_MS, toggle)
  }
  time.after(time.between(1, 100) * HOUR_MS, toggle)
  const look = (): void => {
    time.after(HOUR_MS / 4, look)
    if (!isUp) return
    const now = new Date(startMs + time.nowMs())
    looks.push(now.getTime())
    if (nextAt === null || nextAt > now) return
    const owed = rules.owed(schedule, nextAt, now)
    nextAt = rules.next(schedule, now)?.at ?? null
    if (owed) told.push({ atMs: now.getTime(), period: owed.period })
  }
  look()
  time.run(DAYS * 24 * HOUR_MS)
  const breaches = compare(told, expected(schedule, { startMs, looks }))
  const about = `${schedule.hour} h in ${schedule.timeZone}`
  return { breaches: breaches.map((breach) => `${about}: ${breach}`), told: told.length }
}

/** By asking for the local hour of every quarter of an hour: slow, and sure. */
function expected(
  { timeZone, hour }: BriefingSchedule,
  { startMs, looks }: { readonly startMs: number; readonly looks: readonly number[] },
): { atMs: number; period: string }[] {
  const times = firstTimes(timeZone, { startMs, hour })
  // The first day of these begins before the run does, and maybe in the midst of its hour.
  const due = [...times].slice(1).filter(([, atMs]) => atMs > startMs)
  return due.flatMap(([period, atMs], index) => {
    const until = due[index + 1]?.[1] ?? Infinity
    const seen = looks.find((lookMs) => lookMs >= atMs && lookMs < until)
    return seen === undefined ? [] : [{ atMs: seen, period }]
  })
}

/** The first quarter of an hour of each local day in which that hour has come. */
function firstTimes(
  timeZone: string,
  { startMs, hour }: { readonly startMs: number; readonly hour: number },
): Map<string, number> {
  const times = new Map<string, number>()
  for (const { atMs, day, hour: local } of quartersOf(timeZone, startMs))
    if (local >= hour && !times.has(day)) times.set(day, atMs)
  return times
}

interface Quarter {
  readonly atMs: number
  readonly day: string
  readonly hour: number
}

const quarters = new Map<string, readonly Quarter[]>()

/** Asked for once: seeds differ in less than this costs. */
function quartersOf(timeZone: string, startMs: number): readonly Quarter[] {
  const key = `${timeZone} ${startMs}`
  const known = quarters.get(key)
  if (known) return known
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  })
  const asked: Quarter[] = []
  for (let atMs = startMs - 24 * HOUR_MS; atMs <= startMs + DAYS * 24 * HOUR_MS; atMs += HOUR_MS / 4) {
    const [day = '', clock = ''] = format.format(atMs).split(' ')
    asked.push({ atMs, day, hour: Number(clock.split(':')[0]) })
  }
  quarters.set(key, asked)
  return asked
}

function compare(told: readonly object[], wanted: readonly object[]): string[] {
  const said = told.map((one) => JSON.stringify(one))
  const right = wanted.map((one) => JSON.stringify(one))
  return [
    ...said.filter((one, index) => said.indexOf(one) !== index).map((one) => `told twice: ${one}`),
    ...said.filter((one) => !right.includes(one)).map((one) => `told and not due: ${one}`),
    ...right.filter((one) => !said.includes(one)).map((one) => `due and not told: ${one}`),
  ]
}
