import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import type pg from 'pg'
import type { ChainChunk, ChainRequest, ModelChain } from '#domain/model.ts'
import type { Principal } from '#domain/permission.ts'
import { createConversations } from '#features/conversations/index.ts'
import { conversationRoutes } from '#http/routes/conversation-routes.ts'
import { createServer } from '#http/server.ts'
import { openSocketDoor } from '#http/socket/socket-door.ts'
import { systemClock } from '#platform/clock.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { FREE_BUDGET, TEST_PERSONA, USAGE } from '../support/conversation-house.ts'
import { QUIET_TOPICS } from '../support/socket-doors.ts'
import { plantInDatabase, plantInVerbs, type PlantedBug } from './planted-bugs.ts'
import { answerTextOf } from './seeded-random.ts'

/** The process that is killed: the real conversation core, doors and database; only the model is a slow local one. */
export interface ChildOrder {
  readonly connection: pg.ClientConfig
  readonly members: readonly Principal[]
  readonly bug?: PlantedBug
}

const PIECE = 24
const PIECE_MS = 12

/** Answers with the one right text to the last question, piece by piece; pieces cut surrogate pairs on purpose. */
const slowChain: ModelChain = {
  label: 'test/slow',
  async *stream(request: ChainRequest): AsyncGenerator<ChainChunk> {
    yield { type: 'started', provider: 'test', model: 'slow' }
    const last = request.messages.at(-1)
    const id =
      last?.role === 'user'
        ? last.text
            .match(/question ([0-9a-f-]{36})/g)
            ?.at(-1)
            ?.slice('question '.length)
        : undefined
    const text = answerTextOf(id ?? 'none')
    for (let at = 0; at < text.length; at += PIECE) {
      await delay(PIECE_MS, undefined, { signal: request.signal })
      yield { type: 'text-delta', text: text.slice(at, at + PIECE) }
    }
    yield { type: 'end', reason: 'stop', usage: USAGE }
  },
}

async function main(order: ChildOrder): Promise<void> {
  const log = pino({ level: 'fatal' })
  const members = new Map(order.members.map((member) => [member.memberId, member]))
  const database = plantInDatabase(openDatabase({ connection: order.connection, poolMax: 10 }), order.bug)
  const house = createConversations({
    database,
    keeping: database,
    startsInOutage: false,
    clock: systemClock,
    log,
    processId: randomUUID(),
    chain: slowChain,
    budget: FREE_BUDGET,
    skillsFor: () => [],
    getPersona: () => Promise.resolve(TEST_PERSONA),
    principalOf: (memberId) => Promise.resolve(members.get(memberId) ?? null),
    // A turn may well be killed more often here than any real one.
    limits: { maxAttempts: 1000 },
  })
  await house.start()
  const conversations = plantInVerbs(house, order.bug)
  const find = (token: string | undefined): Promise<Principal | null> =>
    Promise.resolve(members.get(token ?? '') ?? null)
  const server = createServer({
    routes: conversationRoutes({ conversations, log, drainSignal: new AbortController().signal }),
    log,
    metrics: createMetrics(),
    authenticate: (headers) => find(headers.authorization?.slice('Bearer '.length)),
    checkOrigin: () => undefined,
    admit: () => undefined,
    trustedProxies: [],
  })
  openSocketDoor({
    server: server.server,
    conversations,
    topics: QUIET_TOPICS,
    credentials: { watch: () => () => undefined },
    clock: systemClock,
    log,
    fromHeaders: () => Promise.resolve(null),
    fromToken: find,
    checkOrigin: () => undefined,
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  // It listens on TCP, so the address has a port.
  process.send?.({ port: (server.server.address() as AddressInfo).port })
}

// A child whose parent died must not stay behind.
process.on('disconnect', () => process.exit(0))
process.once('message', (order) => {
  // Sent by our own harness.
  main(order as ChildOrder).catch((error: unknown) => {
    process.stderr.write(`chaos child: ${String(error)}\n`)
    process.exit(1)
  })
})
