import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import type { Conversations } from '#features/conversations/index.ts'
import { claimTurns } from '#features/conversations/queue-store.ts'
import { storeAnswer } from '#features/conversations/turns-store.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { addMember, chainOf, openConversationHouse, sayInPieces } from '../support/conversation-house.ts'
import type { Held } from './machine-records.ts'
import { createTurnMachine, type TurnMachine } from './turn-machine.ts'

/** So long that no lease runs out by itself: the test lets them run out when the machine does. */
export const LEASE_MS = 3_600_000
/** The machine's time begins here. */
const EPOCH_MS = Date.UTC(2026, 2, 10)

/** The machine and the database side by side, after the same steps. */
export interface Both {
  readonly machine: TurnMachine
  readonly database: Database
  readonly house: Conversations
  readonly talks: { readonly id: string; readonly principal: Principal; lastMessage: string | null }[]
  /** Every claim there was, most of them stale by and by. */
  readonly claims: Held[]
  readonly fences: Map<string, string>
  /** The machine's, and that of who asks the database; the leases go by the database's own. */
  readonly time: { nowMs: number }
}

/** Two members with two conversations each; nobody answers but the steps. */
export async function openBoth(database: Database): Promise<Both> {
  await database.read((handle) => handle.run(sql`delete from members`))
  const members = [await addMember(database, 'ada'), await addMember(database, 'bob')]
  const time = { nowMs: 1000 }
  const clock: Clock = {
    now: () => new Date(EPOCH_MS + time.nowMs),
    monotonicMs: () => time.nowMs,
    // Nothing is started that would sleep.
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
  }
  const house = openConversationHouse({ database, chain: chainOf(sayInPieces('x')), members, clock })
  const talks: Both['talks'] = []
  for (const principal of [...members, ...members]) {
    const { id } = await house.createConversation(principal, { persona: 'marcus' })
    talks.push({ id, principal, lastMessage: null })
  }
  return { machine: createTurnMachine(), database, house, talks, claims: [], fences: new Map(), time }
}

/** A claim as the database knows it. */
export function realOf({ fences }: Both, held: Held): { readonly id: string; readonly fence: string } {
  return { id: held.id, fence: fences.get(keyOf(held)) ?? randomUUID() }
}

/** A member asks, or says the same once more. */
export async function post(
  { machine, house, talks }: Both,
  step: { readonly talk: number; readonly isRepeat: boolean },
): Promise<void> {
  const talk = talks[step.talk]
  assert.ok(talk)
  const id = step.isRepeat && talk.lastMessage !== null ? talk.lastMessage : createId()
  talk.lastMessage = id
  const { turnId, seq } = await house.postMessage(talk.principal, {
    conversationId: talk.id,
    message: { id, text: 'Why?' },
  })
  const { memberId } = talk.principal
  assert.deepEqual({ turnId, seq }, machine.post({ id, conversationId: talk.id, memberId, text: 'Why?', turnId }))
}

/** Somebody takes turns. */
export async function claim(
  { machine, database, fences, claims, time }: Both,
  { limit, takesOver }: { readonly limit: number; readonly takesOver: boolean },
): Promise<void> {
  const order = { processId: randomUUID(), leaseMs: LEASE_MS, limit, takesOver }
  const expected = machine.claim({ nowMs: time.nowMs, ...order })
  const claimed = await database.read((handle) => claimTurns(handle, order))
  for (const turn of claimed) fences.set(keyOf(turn), turn.fence)
  const found = claimed.map(({ id, attempt, isCancelled }) => ({ id, attempt, isCancelled }))
  assert.deepEqual(found.toSorted(byId), expected.toSorted(byId))
  claims.push(...expected)
}

/** Lets the lease of a turn run out. */
export async function expire({ machine, database, time }: Both, { id }: Held): Promise<void> {
  for (const turn of machine.turns) if (turn.id === id && turn.leaseUntilMs !== null) turn.leaseUntilMs = time.nowMs - 1
  await database.read((handle) =>
    handle.run(sql`update turns set lease_until = clock_timestamp() - interval '1 second'
      where id = ${id} and lease_until is not null`),
  )
}

/** Ends a turn, as the last step of an answer does. */
export async function finish(both: Both, held: Held): Promise<void> {
  const { machine, database } = both
  const conversationId = machine.turns.find((turn) => turn.id === held.id)?.conversationId ?? ''
  const messageId = createId()
  const expected = machine.finish(held, { id: messageId, text: ANSWER.text, status: ANSWER.status, calls: [] })
  const { fence } = realOf(both, held)
  const stored = await database
    .inTransaction(async (handle) => {
      // As ending a turn does: what is held no more is not committed.
      if (!(await storeAnswer(handle, { ...held, fence, conversationId }, { ...ANSWER, messageId }))) throw new Stale()
      return true
    })
    .catch((error: unknown) => {
      if (error instanceof Stale) return false
      throw error
    })
  assert.equal(stored, expected)
}

const ANSWER = {
  status: 'complete',
  errorCode: null,
  text: 'Because.',
  personaVersion: null,
  model: null,
  calls: [],
  sources: [],
  usage: { input: 1, cachedInput: 0, output: 1 },
  costMicros: 0,
  firstTokenAt: null,
} as const
class Stale extends Error {}

function keyOf({ id, attempt }: Held): string {
  return `${id} ${attempt}`
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : 1
}

const TurnRow = z.object({
  id: z.string(),
  status: z.string(),
  attempt: z.int(),
  owner: z.string().nullable(),
  is_held: z.boolean(),
})

/** Who holds what, and how far each turn is. */
export async function compareTurns({ machine, database }: Both): Promise<void> {
  const rows = await database.read((handle) =>
    handle.rows(
      TurnRow,
      sql`select id, status, attempt, owner, coalesce(lease_until >= clock_timestamp(), false) as is_held from turns`,
    ),
  )
  const found = rows.map(({ is_held: isHeld, ...row }) => ({ ...row, isHeld }))
  const expected = machine.turns.map(({ id, status, attempt, owner, leaseUntilMs }) => {
    const isHeld = leaseUntilMs !== null && leaseUntilMs >= LEASE_MS
    return { id, status, attempt, owner, isHeld }
  })
  assert.deepEqual(found.toSorted(byId), expected.toSorted(byId))
}
