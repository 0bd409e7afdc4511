import type { MessageCall } from '#contract/conversations.ts'
import type { TurnEvent } from '#contract/turn-events.ts'
import { SophiaError } from '#domain/errors.ts'
import type { TokenUsage } from '#domain/model.ts'
import type { Principal } from '#domain/permission.ts'
import { createDeltaCleaner } from '#domain/turn/clean-text.ts'
import type { Span } from '#platform/tracing/span.ts'
import type { z } from 'zod'
import type { StoredCall } from './calls-store.ts'
import type { Deadline } from './deadline.ts'
import type { Lane } from './journal.ts'
import type { House } from './needs.ts'
import type { ClaimedTurn } from './queue-store.ts'

/** Why an attempt stops before its own end. Not failures: nobody is told an error. */
export class TurnStopped extends Error {
  readonly reason: 'stale' | 'released' | 'cancelled'

  constructor(reason: TurnStopped['reason']) {
    super(`turn stopped: ${reason}`)
    this.name = 'TurnStopped'
    this.reason = reason
  }
}

/** What the runner holds of one turn it is answering. */
export interface TurnRun {
  readonly turn: ClaimedTurn
  readonly stop: AbortController
  isWaiting: boolean
  /** When it was claimed, the model began, and the first word came; on the monotonic clock. */
  readonly claimedMs: number
  startedMs: number | null
  firstTokenMs: number | null
  /** Where its time goes; undefined when nothing is recorded. */
  readonly span: Span | undefined
  /** Null until the end of the turn is stored, by this attempt. */
  ending: { readonly error?: SophiaError } | null
  /** Told once when it hangs. */
  isStallTold: boolean
  /** It was left to its lease, because no connection to the database was free for it. */
  isStarved: boolean
  /** Wakes a call that waits for a person's answer. */
  onDecision: (() => void) | undefined
}

/** One attempt at an answer: what it has said, called and spent so far. */
export interface TurnWork {
  readonly house: House
  readonly run: TurnRun
  readonly turn: ClaimedTurn
  readonly lane: Lane
  readonly deadline: Deadline
  /** Fires on cancel, on a lost lease, on release and when time is up. */
  readonly signal: AbortSignal
  text: string
  calls: z.infer<typeof MessageCall>[]
  sources: { kind: string; id: string; label: string }[]
  usage: TokenUsage
  /** null as soon as one call's price is unknown. */
  costMicros: number | null
  model: string | null
  personaVersion: string | null
  /** Who asks, as they were when this attempt began; null before that. */
  asker: Principal | null
  firstTokenAt: Date | null
  /** Calls of the model: answered by what was kept, and by the model itself. */
  readonly rounds: { kept: number; made: number }
  /** Calls of earlier attempts that this one has not asked for again. */
  priorCalls: StoredCall[]
  nextCallIndex: number
  /** How often each tool was read with each input, by their hash: the place of a repeated call. */
  readonly readCalls: Map<string, number>
  /** Resolves when no question of a server stands before the person. */
  questions: Promise<unknown>
}

export function createWork(parts: Pick<TurnWork, 'house' | 'run' | 'lane' | 'deadline'>): TurnWork {
  return {
    ...parts,
    turn: parts.run.turn,
    signal: AbortSignal.any([parts.run.stop.signal, parts.deadline.signal]),
    text: '',
    calls: [],
    sources: [],
    usage: { input: 0, cachedInput: 0, output: 0 },
    costMicros: 0,
    model: null,
    personaVersion: null,
    asker: null,
    firstTokenAt: null,
    rounds: { kept: 0, made: 0 },
    priorCalls: [],
    nextCallIndex: 0,
    readCalls: new Map(),
    questions: Promise.resolve(),
  }
}

/** Says text: into the journal and, the same characters, into what will be stored. */
function say(work: TurnWork, text: string): void {
  if (text === '') return
  work.firstTokenAt ??= work.house.clock.now()
  work.run.firstTokenMs ??= work.house.clock.monotonicMs()
  work.text += text
  work.lane.emit({ type: 'text-delta', text })
}

/** Speaks a round's deltas; a later round begins a new paragraph. */
export function createSpeaker(work: TurnWork): { push(delta: string): void; end(): void } {
  const cleaner = createDeltaCleaner()
  let needsBreak = work.text !== '' && !work.text.endsWith('\n')
  const speak = (text: string): void => {
    if (text === '') return
    if (needsBreak) say(work, '\n\n')
    needsBreak = false
    say(work, text)
  }
  return { push: (delta) => speak(cleaner.push(delta)), end: () => speak(cleaner.end()) }
}

/** Names rows an answer rests on: each once, up to the cap. */
export function addSources(work: TurnWork, sources: readonly { kind: string; id: string; label: string }[]): void {
  for (const { kind, id, label } of sources) {
    if (work.sources.length >= work.house.limits.maxSources) return
    if (work.sources.some((known) => known.kind === kind && known.id === id)) continue
    work.sources.push({ kind, id, label })
    work.lane.emit({ type: 'source', kind, id, label })
  }
}

export function emit(work: TurnWork, event: TurnEvent): void {
  work.lane.emit(event)
}

/** The asker as they are now, narrowed as the key was with which they asked. Throws when they may no longer ask. */
export async function currentAsker(work: TurnWork): Promise<Principal> {
  const principal = await work.house.principalOf(work.turn.memberId)
  if (!principal) throw new SophiaError('NOT_PERMITTED', { detail: 'The member who asked may no longer use Sophia.' })
  const { allowedActions } = work.turn
  if (allowedActions === null) return principal
  const narrowed =
    principal.allowedActions === null
      ? allowedActions
      : allowedActions.filter((action) => principal.allowedActions?.includes(action))
  return { ...principal, allowedActions: narrowed }
}

/** Whether the turn is another's by now, or is to be: then nothing more of it is stored here. */
export function isReleased(work: TurnWork): boolean {
  const reason: unknown = work.run.stop.signal.reason
  return reason instanceof TurnStopped && reason.reason !== 'cancelled'
}

/** Throws what stopped the work, if anything did. */
export function checkStopped(work: TurnWork): void {
  if (!work.signal.aborted) return
  const reason: unknown = work.signal.reason
  throw reason instanceof Error ? reason : new SophiaError('INTERNAL', { cause: reason })
}
