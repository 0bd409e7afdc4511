import { addDays, type Day } from '../day.ts'
import type { SampleClient } from './clients.ts'
import { createRandom, type Random } from './random.ts'
import type { UsageRow } from './sample-rows.ts'
import { ABOVE_LICENCE, RENEWAL_AT_RISK } from './story-subjects.ts'

const WEEKS = 104
const FEATURES = 24
/** Weeks that a new client takes to put its people on the software. */
const RAMP_WEEKS = 9

/** The share of a month's rent that arrives on a day of the month: most of it on the first five. */
function paymentShareOf(dayOfMonth: number): number {
  if (dayOfMonth <= 5) return 0.13
  return dayOfMonth <= 10 ? 0.03 : 0.01
}

function weekShareOf(lastDay: Day): number {
  let share = 0
  for (let back = 0; back < 7; back += 1) share += paymentShareOf(Number(addDays(lastDay, -back).slice(8)))
  return share
}

/** Active users as a share of seats in the week `back` weeks ago, before the noise of the week. */
type Trend = (back: number) => number

/**
 * Level until 13 weeks ago, steep for five weeks, then slower: the mean of the last 90 days comes out 40 % under the
 * mean of the 90 days before, and the last 30 days are still falling.
 */
function fallingTrend(back: number): number {
  if (back >= 13) return 0.84
  return 0.84 * (back >= 8 ? 1 - 0.084 * (13 - back) : 0.46 + 0.015 * back)
}

function createTrend(client: SampleClient, random: Random): Trend {
  const level = random.between(0.62, 0.88)
  const slope = random.between(-0.0006, 0.0012)
  if (client.entry.slug === RENEWAL_AT_RISK.slug) return fallingTrend
  if (client.entry.slug === ABOVE_LICENCE.slug) {
    const end = ABOVE_LICENCE.activeUsers / ABOVE_LICENCE.seats
    return (back) => Math.max(0.7, end - Math.max(0, back - 5) * 0.012)
  }
  const weeks = Math.floor((client.entry.sinceAgo ?? 0) / 7)
  return (back) => (level - slope * back) * Math.min(1, (weeks - back + 2) / RAMP_WEEKS)
}

interface ClientUsage {
  readonly client: SampleClient
  readonly trend: Trend
  /** Share of the noise of a week: stories speak clearly. */
  readonly noise: number
  readonly sessionsPerUser: number
  readonly featuresShare: number
  readonly residentShare: number
}

function describeUsage(client: SampleClient, random: Random): ClientUsage {
  const isStory = client.entry.slug === RENEWAL_AT_RISK.slug || client.entry.slug === ABOVE_LICENCE.slug
  return {
    client,
    trend: createTrend(client, random),
    noise: isStory ? 0.008 : 0.05,
    sessionsPerUser: client.entry.slug === RENEWAL_AT_RISK.slug ? 2.6 : random.between(4.2, 6),
    featuresShare: client.entry.slug === RENEWAL_AT_RISK.slug ? 0.4 : random.between(0.54, 0.88),
    residentShare: random.between(0.55, 0.9),
  }
}

function createWeek(usage: ClientUsage, back: number, random: Random): Omit<UsageRow, 'on_day' | 'payments_processed'> {
  const { client, trend, noise } = usage
  const seats = client.row.licensed_seats ?? 0
  const share = trend(back)
  const exact = seats * share * (1 + random.between(-noise, noise))
  // nobody but the client of the story goes beyond its licence
  const most = client.entry.slug === ABOVE_LICENCE.slug ? Infinity : seats
  const active = Math.max(1, Math.min(most, Math.round(exact)))
  return {
    id: `usage-${client.entry.slug}-${String(WEEKS - back).padStart(3, '0')}`,
    client_id: client.row.id,
    active_users: active,
    licensed_seats: seats,
    sessions: Math.round(active * usage.sessionsPerUser * random.between(0.88, 1.12)),
    features_used: Math.max(
      3,
      Math.min(FEATURES, Math.round(FEATURES * usage.featuresShare * (0.6 + 0.5 * Math.min(1, share)))),
    ),
    features_available: FEATURES,
  }
}

/** One row per client and week, the last one ending yesterday, so that no week is cut short. */
export function createUsage(clients: readonly SampleClient[], today: Day): UsageRow[] {
  const weeks = Array.from({ length: WEEKS }, (_, index) => {
    const back = WEEKS - 1 - index
    const lastDay = addDays(today, -1 - back * 7)
    return { back, lastDay, share: weekShareOf(lastDay) }
  })
  return clients.flatMap((client) => {
    const random = createRandom(`usage ${client.entry.slug}`)
    const usage = describeUsage(client, random)
    const first = (client.entry.sinceAgo ?? 0) / 7 - 1
    const known = weeks.filter(({ back }) => back <= first)
    return known.map(({ back, lastDay, share }): UsageRow => ({
      ...createWeek(usage, back, random),
      on_day: lastDay,
      payments_processed: Math.round(
        client.row.units_managed * usage.residentShare * share * random.between(0.96, 1.04),
      ),
    }))
  })
}
