import type { TestContext } from 'node:test'
import type { QuestionAnswer } from '#contract/questions.ts'
import { assembleTurn, EMPTY_TURN } from '#contract/turn-assembly.ts'
import type { PlacedTurnEvent, TurnEvent } from '#contract/turn-events.ts'
import type { ModelChain } from '#domain/model.ts'
import type { Principal } from '#domain/permission.ts'
import type { Conversations } from '#features/conversations/index.ts'
import { addMember, openConversationHouse } from './conversation-house.ts'
import { openAskingServer } from './mcp/asking-server.ts'
import { askingStdio } from './mcp/stdio-programs.ts'
import { isHealthy, openToolsHouse, statusWhen } from './tools-house.ts'

/** Connections to a server that asks people: in both eras over HTTP and as a child process. */
export const SERVERS = ['modern', 'legacy', 'stdio', 'old-stdio'] as const
/** An answer to the visit's question that leaves out what may be left out. */
export const VISIT = { day: '2026-12-01', kind: 'remote' }

export type Asked = Extract<TurnEvent, { type: 'question-asked' }>
type React = (asked: Asked, turnId: string) => Promise<unknown>

/** Two members, and colleagues whose tools ask back. A call may take three seconds. */
export async function openAskingHouse() {
  const modern = await openAskingServer('modern')
  const legacy = await openAskingServer('legacy')
  const room = await openToolsHouse({
    servers: {
      modern: { url: modern.url, name: 'Visits' },
      legacy: { url: legacy.url, name: 'Visits' },
      stdio: { ...askingStdio(), name: 'Visits' },
      'old-stdio': { ...askingStdio('legacy'), name: 'Visits' },
    },
    pace: 0.1,
  })
  const { tools, database } = room
  const ann = await addMember(database, 'ann')
  const bob = await addMember(database, 'bob')
  for (const id of SERVERS) await statusWhen(room, id, { isSo: isHealthy, what: 'healthy' })
  return {
    database,
    bench: modern.bench,
    ann,
    bob,
    /** Gives its turns up when the test ends: the next test's would be claimed by it otherwise. */
    async houseWith(t: TestContext, chain: ModelChain, limits: { approvalMs?: number } = {}): Promise<Conversations> {
      const change = { skillsFor: () => tools.skillsFor(['*']) }
      const house = openConversationHouse({ database, chain, members: [ann, bob], change, limits })
      t.after(() => house.drain(0))
      await house.start()
      return house
    },
  }
}

interface Following {
  readonly by: Principal
  readonly onAsked: React
}

/** Follows a turn to its end; what it asks is reacted to as told, and what waits for a yes gets one. */
export async function follow(house: Conversations, turnId: string, { by, onAsked }: Following) {
  const events: PlacedTurnEvent[] = []
  const reading = { principal: by, turnId, signal: AbortSignal.timeout(30_000) }
  for await (const placed of await house.readTurnEvents(reading)) {
    events.push(placed)
    const { event } = placed
    if (event.type === 'question-asked') await onAsked(event, turnId)
    if (event.type === 'approval-needed')
      await house.answerApproval({ principal: by, turnId, callId: event.callId, approve: true })
  }
  return { events: events.map(({ event }) => event), turn: events.reduce(assembleTurn, EMPTY_TURN) }
}

export function answering(house: Conversations, by: Principal, answer: QuestionAnswer): Following {
  return {
    by,
    onAsked: ({ questionId }, turnId) => house.answerQuestion({ principal: by, turnId, questionId, answer }),
  }
}

export async function untilAsked(
  house: Conversations,
  { by, turnId, attempt }: { readonly by: Principal; readonly turnId: string; readonly attempt: number },
): Promise<Asked> {
  const reading = { principal: by, turnId, signal: AbortSignal.timeout(30_000) }
  for await (const placed of await house.readTurnEvents(reading))
    if (placed.event.type === 'question-asked' && placed.attempt >= attempt) return placed.event
  throw new Error('nothing was asked')
}
