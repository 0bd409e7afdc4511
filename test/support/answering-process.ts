/**
 * A process that answers, for tests of what passes between processes: `answering-process.ts ORDER`. It looks for nothing by itself for a
 * minute. Says `heard` when a wake-up of another process reached it, and each further piece of an answer when it is told a line.
 */
import { createInterface } from 'node:readline'
import pino from 'pino'
import type pg from 'pg'
import type { Principal } from '#domain/permission.ts'
import { systemClock } from '#platform/clock.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { openWakeups } from '#platform/wakeups/open-wakeups.ts'
import { chainOf, openConversationHouse, USAGE } from './conversation-house.ts'
import { redisAddress } from './redis.ts'

export interface AnsweringOrder {
  readonly connection: pg.ClientConfig
  readonly redisUrl: string | null
  readonly member: Principal
  readonly pieces: readonly string[]
}

// Written by the test that started it.
const { connection, redisUrl, member, pieces } = JSON.parse(process.argv[2] ?? '{}') as AnsweringOrder
const redis = redisUrl === null ? null : { address: redisAddress(redisUrl), ca: null }
const wakeups = openWakeups({
  connection,
  clock: systemClock,
  log: pino({ level: 'silent' }),
  redis,
  namespace: 'far processes',
})
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const house = openConversationHouse({
  database: openDatabase({ connection, poolMax: 5 }),
  chain: chainOf(async function* () {
    for (const text of pieces) {
      yield { type: 'text-delta', text }
      await lines.next()
    }
    yield { type: 'end', reason: 'stop', usage: USAGE }
  }),
  members: [member],
  // Who follows says so with each look, and is forgotten some seconds after: here that is minutes.
  clock: { ...systemClock, monotonicMs: () => performance.now() / 60 },
  limits: { pollMs: 60_000 },
  change: { wakeups },
})
house.onChange(member.memberId, ({ conversationId }) => {
  if (conversationId !== null) process.stdout.write('heard\n')
})
await house.start()
process.stdout.write('started\n')
