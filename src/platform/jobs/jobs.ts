import type { Handle } from '#platform/postgres/database.ts'
import type { DeadLetters } from './dead-letters.ts'

export interface JobOptions {
  /** Of several waiting jobs with the same key only one is kept. */
  readonly key?: string
  /** Not before this moment. */
  readonly startAt?: Date
  /** The caller's transaction: the job exists only if that commits. */
  readonly handle?: Handle
}

export interface JobDefinition<Payload> {
  /** `briefing-send`. */
  readonly name: string
  /** Parses what was stored; a payload it refuses fails the job for good. */
  readonly parse: (payload: unknown) => Payload
  /**
   * May run more than once: a process that dies, or is silent for long, has it run again elsewhere. Whatever a try writes is
   * stored only while the job is its own; afterwards its transactions end in CONFLICT.
   */
  readonly run: (payload: Payload, signal: AbortSignal) => Promise<void>
  /** After a failure, with growing pauses; 5 unless told. */
  readonly retries?: number
  /** The first pause is this to twice this long, each further one twice the last, up to an hour. 10 unless told. */
  readonly firstRetrySeconds?: number
  /** A try that takes longer is given up and counts as failed. 900 unless told. */
  readonly limitSeconds?: number
  /**
   * One at a time in the whole deployment rather than one per process. Keys say nothing then: one waits and one runs, so
   * it is for work that looks up by itself what there is to do.
   */
  readonly isSingle?: boolean
  /** Sent with an empty payload at each time of this cron expression (UTC), once for the whole deployment. */
  readonly cron?: string
}

/** What is known of this process's part in the work, from its own last words with the database; asking it probes nothing. */
export interface JobsHealth {
  readonly state: 'ok' | 'degraded' | 'down' | 'not_configured' | 'unknown'
  readonly detail: string
}

/** Work that outlives a request and a process: stored in PostgreSQL, run at least once. */
export interface Jobs {
  /** Before `start` and before the first `send`. */
  define<Payload>(definition: JobDefinition<Payload>): void
  /** Stores a job of a name that was defined. Throws DATABASE_UNAVAILABLE. */
  send(name: string, payload: object, options?: JobOptions): Promise<void>
  /**
   * Sends one with this key in the caller's transaction, unless one waits, is at work, or failed for the last time and waits for a person.
   * Answers whether it did; right for as long as the caller holds off others who would send it. Throws DATABASE_UNAVAILABLE.
   */
  sendAgain(name: string, payload: object, options: Required<Pick<JobOptions, 'key' | 'handle'>>): Promise<boolean>
  /**
   * Begins to run what was defined; without it this process only sends. Resolves once it runs, and never rejects: while
   * the database is away it tries again until `stop`.
   */
  start(): Promise<void>
  /** Takes nothing more, lets what runs end within `graceMs`, gives the rest back. */
  stop(graceMs: number): Promise<void>
  health(): JobsHealth
  /**
   * Jobs that are due and that nobody has begun, by kind, over all processes; those that failed for the last time as `dead-letters`. As last
   * looked at, up to 15 s ago; null where this process runs no jobs, or the last look failed.
   */
  waiting(): ReadonlyMap<string, number> | null
  /** What failed for the last time. */
  readonly dead: DeadLetters
}
