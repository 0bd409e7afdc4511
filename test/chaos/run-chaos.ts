import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { addMember } from '../support/conversation-house.ts'
import { openTestDatabase } from '../support/database.ts'
import { checkHistory, describeBreach } from './check-history.ts'
import type { ChildOrder } from './child.ts'
import { NOTHING_OBSERVED, type HistoryEntry, type StoredState } from './history.ts'
import { plantInSchema, type PlantedBug } from './planted-bugs.ts'
import { readStored } from './read-stored.ts'
import { answerTextOf, createRandom } from './seeded-random.ts'
import { runClient } from './virtual-client.ts'

interface ChaosPlan {
  readonly seed: number
  readonly kills: number
  readonly users: number
  /** How long all open work may take to end after the last kill. */
  readonly quietMs: number
  readonly bug?: PlantedBug
}

interface ChaosReport {
  readonly seed: number
  readonly kills: number
  readonly acknowledged: number
  readonly delivered: number
  readonly takeovers: number
  readonly violations: readonly string[]
}

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))
const MIN_LIFE_MS = 250
const LIFE_SPREAD_MS = 900

/** Kills the serving process with -9 again and again while clients ask and read, then checks all they saw against the database. */
export async function runChaos(plan: ChaosPlan): Promise<ChaosReport> {
  const own = await openTestDatabase()
  const { database, connection } = own
  const random = createRandom(plan.seed)
  await plantInSchema(database, plan.bug)
  const members = []
  for (let index = 0; index < plan.users; index += 1) members.push(await addMember(database, `user${index}`))
  const history: HistoryEntry[] = []
  const keeper = createKeeper({ connection, members, ...(plan.bug ? { bug: plan.bug } : {}) })
  const closing = new AbortController()
  const deadline = new AbortController()
  await keeper.start()
  const clients = members.map(({ memberId }, index) =>
    runClient({
      memberId,
      token: memberId,
      kind: index % 2 === 0 ? 'sse' : 'socket',
      atOnce: 2,
      random: createRandom(plan.seed + index + 1),
      origin: keeper.origin,
      record: (entry) => history.push(entry),
      closing: closing.signal,
      deadline: deadline.signal,
    }),
  )
  try {
    for (let kill = 0; kill < plan.kills; kill += 1) {
      await delay(MIN_LIFE_MS + random() * LIFE_SPREAD_MS)
      await keeper.kill()
      await keeper.start()
    }
    closing.abort()
    const timer = setTimeout(() => deadline.abort(), plan.quietMs)
    await Promise.all(clients)
    clearTimeout(timer)
    // The money of these turns is a stub's; no ledger knows of them.
    const stored = withoutTokens(await readStored(database))
    return {
      seed: plan.seed,
      kills: plan.kills,
      acknowledged: history.filter((entry) => entry.type === 'acked').length,
      delivered: history.filter((entry) => entry.type === 'delivered').length,
      takeovers: stored.events.filter((placed) => placed.event.type === 'turn-restart').length,
      violations: checkHistory({
        history,
        stored,
        observed: NOTHING_OBSERVED,
        answerTo: answerTextOf,
        mayFailWith: () => false,
      }).map(describeBreach),
    }
  } finally {
    deadline.abort()
    await keeper.kill()
    await own.close()
  }
}

/** The one serving process, and where it listens. */
function createKeeper(order: ChildOrder) {
  let child: ChildProcess | undefined
  let origin = Promise.withResolvers<string>()
  return {
    origin: () => origin.promise,
    async start(): Promise<void> {
      const born = fork(CHILD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'json' })
      child = born
      born.send(order)
      const [answer] = await once(born, 'message')
      origin.resolve(`http://127.0.0.1:${z.object({ port: z.int() }).parse(answer).port}`)
    },
    async kill(): Promise<void> {
      const dying = child
      if (!dying || dying.exitCode !== null || dying.signalCode !== null) return
      origin = Promise.withResolvers<string>()
      const gone = once(dying, 'exit')
      dying.kill('SIGKILL')
      await gone
    },
  }
}

function withoutTokens(stored: StoredState): StoredState {
  return { ...stored, messages: stored.messages.map((message) => ({ ...message, tokens: null })) }
}
