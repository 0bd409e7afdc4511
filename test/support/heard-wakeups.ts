import { after } from 'node:test'
import pino from 'pino'
import type pg from 'pg'
import { systemClock as clock } from '#platform/clock.ts'
import { openWakeups, type WakeupNeeds } from '#platform/wakeups/open-wakeups.ts'
import type { Wakeups } from '#platform/wakeups/wakeups.ts'
import { redisAddress } from './redis.ts'
import { until } from './until.ts'

const log = pino({ level: 'silent' })

interface Opening {
  /** Of PostgreSQL, for who has no Redis. */
  readonly connection?: pg.ClientConfig
  readonly redisUrl?: string | null
  readonly ca?: string | null
  readonly namespace?: string
}

/** Wake-ups as one process of a deployment has them. Closed with the test file. */
export function openTestWakeups({ connection = {}, redisUrl = null, ca = null, namespace = 'one' }: Opening): Wakeups {
  const redis: WakeupNeeds['redis'] = redisUrl === null ? null : { address: redisAddress(redisUrl), ca }
  const wakeups = openWakeups({ connection, clock, log, redis, namespace })
  after(() => wakeups.close())
  return wakeups
}

/** Listens, and keeps what is heard. */
export function listenFor(wakeups: Wakeups, topic = 'turn') {
  const heard: (string | null)[] = []
  const stop = wakeups.hear(topic, (word) => heard.push(word))
  return { heard, stop, gaps: () => heard.filter((word) => word === null).length }
}

/** An election takes its time. */
const PATIENT_MS = 60_000

/** Tells until it is heard: a wake-up may get lost. */
export async function untilHeard(from: Wakeups, to: ReturnType<typeof listenFor>, word: string): Promise<void> {
  const isHeard = (): boolean => {
    from.tell('turn', word)
    return to.heard.includes(word)
  }
  await until(isHeard, `${word} is heard`, PATIENT_MS)
}
