import assert from 'node:assert/strict'
import pino from 'pino'
import type { SophiaError } from '#domain/errors.ts'
import { createObjectives, createWatch, type WatchNeeds } from '#features/watch/index.ts'
import type { Mail } from '#platform/mail/mailer.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { openTestDatabase } from './database.ts'
import { createManualClock } from './manual-clock.ts'

const silent = pino({ level: 'silent' })
const SECOND = 1000

interface WatchHouseWishes {
  readonly replicas?: readonly string[]
  /** What is otherwise in this process. */
  readonly change?: (replica: string) => Partial<WatchNeeds>
  /** How far this process's time of day is off that of the database; all agree unless told. */
  readonly aheadMs?: (replica: string) => number
}

/** Several processes on one database and one clock; what would leave the house is kept. */
export async function openWatchHouse({
  replicas = ['one'],
  change = () => ({}),
  aheadMs = () => 0,
}: WatchHouseWishes = {}) {
  const { database } = await openTestDatabase()
  const clock = createManualClock('2026-03-10T09:00:00.000Z')
  const posted: string[] = []
  const asked: string[] = []
  const mailed: Mail[] = []
  // How busy the test's own process is alerts nobody, unless a test is about just that.
  const knobs = new Map([['alerts.event-loop-slow.threshold', Number.MAX_SAFE_INTEGER]])
  const moment = async (): Promise<Date> => clock.now()
  let refusal: SophiaError | null = null
  const rooms = replicas.map((replica) => {
    const metrics = createMetrics()
    const own = { ...clock, now: () => new Date(clock.now().getTime() + aheadMs(replica)) }
    const objectives = createObjectives({ database, clock: own, metrics, replica, moment })
    const watch = createWatch(
      {
        database,
        clock: own,
        log: silent,
        metrics,
        replica,
        moment,
        version: '1',
        publicUrl: 'https://sophia.example.com',
        calendarNumber: (key, base) => knobs.get(key) ?? base,
        keptOf: () => ({ hits: 0, misses: 0 }),
        newestVerified: async () => clock.now(),
        isConfigured: () => true,
        budgetUsed: async () => null,
        inForce: async () => ({}),
        listActions: async () => [],
        owners: async () => [{ name: 'Ada', email: 'ada@example.com' }],
        webhook: {
          post: async ({ id, text }) => {
            asked.push(id)
            if (refusal) throw refusal
            posted.push(text)
          },
        },
        mailer: { send: async (mail) => void mailed.push(mail) },
        ...change(replica),
      },
      objectives,
    )
    return { replica, metrics, objectives, watch }
  })
  const [first] = rooms
  assert.ok(first)
  /** So many rounds of all, five seconds apart. */
  const rounds = async (count: number, who = rooms): Promise<void> => {
    for (let at = 0; at < count; at += 1) {
      clock.advance(5 * SECOND)
      for (const { watch } of who) await watch.round()
    }
  }
  const stateOf = async (id: string) => {
    const rule = (await first.watch.listAlerts()).rules.find((one) => one.id === id)
    assert.ok(rule, id)
    return rule
  }
  const refuse = (error: SophiaError | null): void => void (refusal = error)
  return { clock, rooms, first, rounds, stateOf, asked, posted, mailed, knobs, refuse }
}
