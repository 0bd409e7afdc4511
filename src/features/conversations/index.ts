import type { z } from 'zod'
import type {
  Conversation,
  ConversationQuery,
  Message,
  MessageAccepted,
  NewConversation,
  Turn,
} from '#contract/conversations.ts'
import type { PageQuery } from '#contract/common.ts'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { TurnTrace } from '#contract/traces.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import { createTracing } from '#platform/tracing/tracing.ts'
import { NO_WAKEUPS } from '#platform/wakeups/wakeups.ts'
import { answerApproval, type ApprovalRequest } from './answer-approval.ts'
import { answerQuestion, type QuestionAnswerRequest } from './answer-question.ts'
import { cancelTurn } from './cancel-turn.ts'
import { deleteConversation, getConversation, renameConversation } from './change-conversation.ts'
import { createConversation } from './create-conversation.ts'
import { getTurnTrace } from './get-turn-trace.ts'
import { giveFeedback } from './give-feedback.ts'
import { createFarTurns } from './far-turns.ts'
import { createJournal } from './journal.ts'
import { maintainPartitions, selectEventsOfMany } from './journal-store.ts'
import { listConversations } from './list-conversations.ts'
import { listMessages } from './list-messages.ts'
import type { ConversationNeeds, House } from './needs.ts'
import { observeTurns, type TurnsObservation } from './observe-turns.ts'
import { postBriefing, type BriefingToPost } from './post-briefing.ts'
import { postMessage, type PostRequest } from './post-message.ts'
import { readTurnEvents, type ReadRequest } from './read-turn-events.ts'
import { createTraceKeeper } from './trace-keeper.ts'
import { createTurnFeed, type ConversationChange } from './turn-feed.ts'
import { createTurnFollowers } from './turn-followers.ts'
import { createQueuePlaces } from './queue-places.ts'
import { createTurnRunner, type TurnRunner } from './turn-runner.ts'
import { sweepTurnTraces } from './turn-traces-store.ts'
import { findTurn } from './turns-store.ts'

export type { ConversationNeeds } from './needs.ts'
export { countOpenTurns } from './turns-store.ts'

type Page<Item> = { items: Item[]; nextCursor: string | null }

/** The door of this room. Every verb takes the principal and reaches only what is theirs; what is not answers NOT_FOUND. */
export interface Conversations {
  createConversation(principal: Principal, wanted: z.infer<typeof NewConversation>): Promise<Conversation>
  listConversations(principal: Principal, query: z.infer<typeof ConversationQuery>): Promise<Page<Conversation>>
  getConversation(principal: Principal, id: string): Promise<Conversation>
  renameConversation(principal: Principal, change: { id: string; title: string }): Promise<Conversation>
  deleteConversation(principal: Principal, id: string): Promise<void>
  listMessages(
    principal: Principal,
    request: { conversationId: string; page: z.infer<typeof PageQuery> },
  ): Promise<Page<Message>>
  postMessage(principal: Principal, request: PostRequest): Promise<MessageAccepted>
  /** For Sophia herself, not for a request: it takes a member, no principal. */
  postBriefing(briefing: BriefingToPost): Promise<void>
  getTurn(principal: Principal, turnId: string): Promise<Turn>
  /** Where the time of an answer went, kept for seven days. */
  getTurnTrace(principal: Principal, turnId: string): Promise<TurnTrace>
  /** Rejects before the first event with NOT_FOUND or JOURNAL_EXPIRED. Ends after `turn-end` or when the signal fires. */
  readTurnEvents(request: Omit<ReadRequest, 'isOwn'>): Promise<AsyncIterable<PlacedTurnEvent>>
  cancelTurn(principal: Principal, turnId: string): Promise<Turn>
  answerApproval(request: ApprovalRequest): Promise<void>
  answerQuestion(request: QuestionAnswerRequest): Promise<void>
  giveFeedback(
    principal: Principal,
    feedback: { messageId: string; rating: 'up' | 'down'; note?: string | undefined },
  ): Promise<void>
  /** Told of each change in the member's conversations, and when some may have been missed; answers how to stop. */
  onChange(memberId: string, listener: (change: ConversationChange) => void): () => void
  /** Makes journal partitions ahead and drops those past their day; for a timer, harmless on racing processes. */
  maintainJournal(): Promise<number>
  /** Removes where the time went of answers from more than seven days ago; answers how many. */
  sweepTraces(): Promise<number>
  /** Begins to answer queued turns. Without it this process only accepts and reads. */
  start(): Promise<void>
  activeTurns(): number
  /** The queue of all processes, and what hangs in this one. */
  observe(): Promise<TurnsObservation>
  /** Claims nothing more, lets running turns end for `graceMs`, then gives them back to other processes. */
  drain(graceMs: number): Promise<void>
}

export function createConversations(needs: ConversationNeeds): Conversations {
  const limits = { ...DEFAULT_TURN_LIMITS, ...needs.limits }
  const { database, clock, log, wakeups = NO_WAKEUPS } = needs
  const followers = createTurnFollowers({ wakeups, clock })
  const feed = createTurnFeed({ wakeups, followers })
  const farTurns = createFarTurns({
    ...needs,
    wakeups,
    read: (wanted) => database.read((handle) => selectEventsOfMany(handle, wanted)),
    deliver: feed.deliver,
  })
  const journal = createJournal({ database, feed, clock, log, flushMs: limits.flushMs })
  const { metrics, tracing = createTracing({ clock }) } = needs
  const traces = createTraceKeeper({ database, log, onLost: (count) => metrics?.turnTracesLost.inc(count) })
  const house: House = { ...needs, limits, wakeups, farTurns, followers, feed, journal, tracing, traces }
  const runner = createTurnRunner(house)
  const maintainJournal = (): Promise<number> => database.inTransaction(maintainPartitions)
  return {
    ...verbsOf(house, runner),
    onChange: (memberId, listener) => feed.onMember(memberId, listener),
    maintainJournal,
    sweepTraces: () => database.read(sweepTurnTraces),
    async start() {
      // Without its own partition an event goes to the default one, so a failure here is no reason not to answer.
      await maintainJournal().catch((error: unknown) => log.warn({ error }, 'journal partitions could not be made'))
      runner.start()
    },
    activeTurns: () => runner.activeTurns(),
    observe: () => observeTurns(house, runner),
    async drain(graceMs) {
      await runner.drain(graceMs)
      journal.close()
      await traces.close()
    },
  }
}

type Verbs = Omit<
  Conversations,
  'onChange' | 'maintainJournal' | 'sweepTraces' | 'start' | 'activeTurns' | 'observe' | 'drain'
>

function verbsOf(house: House, runner: TurnRunner): Verbs {
  const places = createQueuePlaces(house)
  return {
    createConversation: (principal, wanted) => createConversation(house, principal, wanted),
    listConversations: (principal, query) => listConversations(house, principal, query),
    getConversation: (principal, id) => getConversation(house, principal, id),
    renameConversation: (principal, change) => renameConversation(house, principal, change),
    deleteConversation: (principal, id) => deleteConversation(house, runner, { principal, id }),
    listMessages: (principal, request) => listMessages(house, principal, request),
    async postMessage(principal, request) {
      const accepted = await postMessage(house, principal, request)
      runner.queued()
      return accepted
    },
    postBriefing: (briefing) => postBriefing(house, briefing),
    async getTurn(principal, turnId) {
      const turn = await house.database.read((handle) => findTurn(handle, principal.memberId, turnId))
      if (!turn) throw new SophiaError('NOT_FOUND')
      if (turn.status !== 'queued') return turn
      return { ...turn, queuePlace: await places.of(turnId) }
    },
    getTurnTrace: (principal, turnId) => getTurnTrace(house, principal, turnId),
    readTurnEvents: (request) => readTurnEvents(house, { ...request, isOwn: () => runner.isRunning(request.turnId) }),
    cancelTurn: (principal, turnId) => cancelTurn(house, runner, { principal, turnId }),
    answerApproval: (request) => answerApproval(house, runner, request),
    answerQuestion: (request) => answerQuestion(house, runner, request),
    giveFeedback: (principal, feedback) => giveFeedback(house, principal, feedback),
  }
}
