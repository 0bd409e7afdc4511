import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import type { Message } from '#contract/conversations.ts'
import { EMPTY_TURN, assembleTurn, type AssembledTurn } from '#contract/turn-assembly.ts'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Budget, ChainChunk, ChainRequest, ModelChain, ModelMessage } from '#domain/model.ts'
import type { Principal, Role } from '#domain/permission.ts'
import type { ActivePersona } from '#domain/persona.ts'
import type { Skill } from '#domain/skill.ts'
import type { TurnLimits } from '#domain/turn/limits.ts'
import { createConversations, type Conversations, type ConversationNeeds } from '#features/conversations/index.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

export const TEST_PERSONA: ActivePersona = {
  id: 'marcus',
  version: 'abcdef012345',
  definition: {
    id: 'marcus',
    name: 'Marcus',
    role: 'sales coach',
    tagline: 'Coaches.',
    tint: 'teal',
    traits: ['direct'],
    styles: {},
    methods: [],
    goals: [],
    boundaries: [],
    greetings: { morning: 'Morning.', day: 'Hello.', evening: 'Evening.' },
    skills: [],
    tools: [],
    suggestions: [],
    model: null,
    profile: 'A coach.',
  },
}

/** A member of the database, as a principal. */
export async function addMember(database: Database, name: string, role: Role = 'member'): Promise<Principal> {
  const memberId = createId()
  const email = `${name}.${memberId.slice(-6)}@example.com`
  await database.read((handle) =>
    handle.run(sql`insert into members (id, email, name, role) values (${memberId}, ${email}, ${name}, ${role})`),
  )
  return {
    memberId,
    email,
    name,
    role,
    rowScope: 'own',
    visible: { kind: 'reps', repIds: [] },
    teamId: null,
    repId: null,
    credential: { kind: 'session', id: createId() },
    allowedActions: null,
  }
}

/** Real time for sleeps and durations; the wall clock can be set off. */
export function createShiftedClock(shiftMs = 0): Clock & { shiftMs: number } {
  const clock = {
    shiftMs,
    now: () => new Date(Date.now() + clock.shiftMs),
    monotonicMs: () => performance.now(),
    sleep: async (ms: number, signal?: AbortSignal) => {
      await delay(ms, undefined, signal ? { signal } : {})
    },
  }
  return clock
}

export const FREE_BUDGET: Budget = {
  reserve: () =>
    Promise.resolve({ settle: () => Promise.resolve({ costMicros: 7 }), release: () => Promise.resolve() }),
}

type Script = (request: ChainRequest) => AsyncGenerator<ChainChunk>

export const USAGE = { input: 10, cachedInput: 2, output: 5 }

/** A chain that does what a test says. */
export function chainOf(script: Script): ModelChain & { requests: ChainRequest[] } {
  const requests: ChainRequest[] = []
  return {
    label: 'test/script',
    requests,
    async *stream(request) {
      requests.push(request)
      yield { type: 'started', provider: 'test', model: 'script' }
      yield* script(request)
    },
  }
}

/** Says the text in pieces of `size` characters, `pauseMs` apart. */
export function sayInPieces(text: string, pace: { size: number; pauseMs: number } = { size: 7, pauseMs: 0 }): Script {
  return async function* (request) {
    for (let at = 0; at < text.length; at += pace.size) {
      if (pace.pauseMs > 0) await delay(pace.pauseMs, undefined, { signal: request.signal })
      yield { type: 'text-delta', text: text.slice(at, at + pace.size) }
    }
    yield { type: 'end', reason: 'stop', usage: USAGE }
  }
}

/** A model that makes the calls it is given, then says what came of them. */
export function calling(
  ...calls: readonly { readonly tool: string; readonly input: object }[]
): ReturnType<typeof chainOf> {
  return chainOf(async function* (request) {
    const last = lastMessage(request)
    if (last?.role === 'tool') {
      yield { type: 'text-delta', text: last.outcomes.map(({ content }) => content).join() }
      yield { type: 'end', reason: 'stop', usage: USAGE }
      return
    }
    for (const [at, call] of calls.entries()) yield { type: 'tool-call', call: { callId: `c${at}`, ...call } }
    yield { type: 'end', reason: 'tool-calls', usage: USAGE }
  })
}

export function lastMessage(request: ChainRequest): ModelMessage | undefined {
  return request.messages.at(-1)
}

/** Resolves never, until the signal fires. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

interface HouseOptions {
  readonly database: Database
  readonly chain: ModelChain
  readonly members: readonly Principal[]
  readonly skills?: readonly Skill[]
  readonly clock?: Clock
  readonly limits?: Partial<TurnLimits>
  readonly change?: Partial<ConversationNeeds>
}

/** The conversations room on a real database with a scripted model. */
export function openConversationHouse(options: HouseOptions): Conversations {
  return createConversations({
    database: options.database,
    keeping: options.database,
    startsInOutage: false,
    clock: options.clock ?? createShiftedClock(),
    log: pino({ level: 'silent' }),
    processId: randomUUID(),
    chain: options.chain,
    budget: FREE_BUDGET,
    skillsFor: () => options.skills ?? [],
    getPersona: (id) =>
      id === 'marcus' ? Promise.resolve(TEST_PERSONA) : Promise.reject(new SophiaError('PERSONA_NOT_FOUND')),
    principalOf: (memberId) => {
      const found = options.members.find((member) => member.memberId === memberId)
      return found ? Promise.resolve(found) : Promise.reject(new SophiaError('NOT_SIGNED_IN'))
    },
    limits: options.limits ?? {},
    ...options.change,
  })
}

/** All events from `after` to the end of the turn. */
export async function readAll(
  conversations: Conversations,
  request: { principal: Principal; turnId: string; after?: { attempt: number; n: number } },
): Promise<PlacedTurnEvent[]> {
  const events: PlacedTurnEvent[] = []
  for await (const event of await conversations.readTurnEvents({ ...request, signal: AbortSignal.timeout(20_000) }))
    events.push(event)
  return events
}

export function newMessage(text = 'How is our pipeline?'): { id: string; text: string } {
  return { id: createId(), text }
}

export interface Asked {
  readonly conversationId: string
  readonly turnId: string
}

/** Asks one question in a new conversation. */
export async function ask(house: Conversations, principal: Principal, text?: string): Promise<Asked> {
  const { id } = await house.createConversation(principal, { persona: 'marcus' })
  const { turnId } = await house.postMessage(principal, { conversationId: id, message: newMessage(text) })
  return { conversationId: id, turnId }
}

/** The stored answer. */
export async function answerOf(house: Conversations, principal: Principal, asked: Asked): Promise<Message> {
  const { items } = await house.listMessages(principal, { conversationId: asked.conversationId, page: { limit: 200 } })
  const answer = items.find((item) => item.role === 'assistant' && item.turnId === asked.turnId)
  if (!answer) throw new Error('there is no answer yet')
  return answer
}

export function assemble(events: readonly PlacedTurnEvent[]): AssembledTurn {
  return events.reduce(assembleTurn, EMPTY_TURN)
}
