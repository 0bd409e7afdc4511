import type { Clock } from '#domain/clock.ts'
import type { Budget, ModelChain } from '#domain/model.ts'
import type { Principal } from '#domain/permission.ts'
import type { ActivePersona } from '#domain/persona.ts'
import type { Skill } from '#domain/skill.ts'
import type { TurnLimits } from '#domain/turn/limits.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import type { Tracing } from '#platform/tracing/tracing.ts'
import type { Wakeups } from '#platform/wakeups/wakeups.ts'
import type { FarTurns } from './far-turns.ts'
import type { Journal } from './journal.ts'
import type { TraceKeeper } from './trace-keeper.ts'
import type { TurnFeed } from './turn-feed.ts'
import type { TurnFollowers } from './turn-followers.ts'

export interface AuditNote {
  readonly principal: Principal
  readonly action: string
  readonly targetKind: string
  readonly targetId: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Something remembered that may help with a question. */
export interface TurnMemoryNote {
  readonly id: string
  readonly text: string
  readonly subject: { readonly kind: string; readonly id: string; readonly label: string } | null
  readonly onDay: string
  /** What a list of sources calls it; never its words, which may be erased. */
  readonly label: string
}

/** The memory as turns see it. */
export interface TurnMemory {
  /** Never rejects and answers within its own limit. */
  recall(
    principal: Principal,
    request: {
      readonly persona: string
      readonly question: string
      readonly about?: { readonly kind: 'deal' | 'client'; readonly id: string } | undefined
      readonly budgetTokens: number
    },
  ): Promise<{ readonly memories: readonly TurnMemoryNote[] }>
  /** An answer was given these to know. */
  noteUse(turnId: string, memoryIds: readonly string[]): void
  /** Inside the transaction that ends a turn; answers what to call after its commit. Never rejects for its own faults. */
  onTurnEnded(
    handle: Handle,
    turn: {
      readonly id: string
      readonly conversationId: string
      readonly persona: string
      readonly principal: Principal
    },
  ): Promise<() => void>
  /** Inside the transaction that deletes a conversation, before its rows go; answers what to call after its commit. */
  onConversationDeleted(handle: Handle, conversationId: string): Promise<() => void>
}

export interface ConversationNeeds {
  readonly database: Database
  /** Beside it, for leases: whoever fills the pool with other work must not let them run out. */
  readonly keeping: Pick<Database, 'read'>
  /** The database was away just before: its other processes may still be on their way back to their turns. */
  readonly startsInOutage: boolean
  readonly clock: Clock
  readonly log: Log
  /** A fresh UUID per process: the owner written into leases. */
  readonly processId: string
  readonly chain: ModelChain
  readonly budget: Budget
  readonly skillsFor: (persona: ActivePersona) => readonly Skill[]
  /** What the persona has to know of its means just now, such as a connection that does not serve. */
  readonly notesFor?: (persona: ActivePersona, asker: Principal) => readonly string[] | Promise<readonly string[]>
  /** Throws PERSONA_NOT_FOUND. */
  readonly getPersona: (id: string) => Promise<ActivePersona>
  /** The member as they are now; null when they may no longer act. */
  readonly principalOf: (memberId: string) => Promise<Principal | null>
  /** Without it turns neither recall nor learn. */
  readonly memory?: TurnMemory
  readonly onAudit?: (note: AuditNote) => Promise<void>
  readonly metrics?: Pick<
    Metrics,
    | 'turns'
    | 'turnDuration'
    | 'firstToken'
    | 'turnsActive'
    | 'turnsQueued'
    | 'turnsStalled'
    | 'takeovers'
    | 'turnTracesLost'
  >
  /** Told of each turn that another process, or an earlier start of this one, had begun. */
  readonly onTakeover?: () => void
  /** Seconds from acceptance to the first words of an answer. */
  readonly onFirstToken?: (seconds: number) => void
  readonly limits?: Partial<TurnLimits>
  /** Records where the time of answers goes; without it they are kept here, and sent nowhere. */
  readonly tracing?: Tracing
  /** The way to the other processes; without it they find out by looking. */
  readonly wakeups?: Pick<Wakeups, 'tell' | 'hear'>
}

/** What the verbs of this room work with. */
export interface House extends Omit<ConversationNeeds, 'limits' | 'tracing' | 'wakeups'> {
  readonly limits: TurnLimits
  readonly feed: TurnFeed
  readonly journal: Journal
  readonly tracing: Tracing
  readonly traces: TraceKeeper
  readonly farTurns: FarTurns
  readonly followers: TurnFollowers
  readonly wakeups: Pick<Wakeups, 'tell' | 'hear'>
}
