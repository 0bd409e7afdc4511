import { randomUUID } from 'node:crypto'
import type { JobWithMetadata, PgBoss, SendOptions } from 'pg-boss'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import { describeError } from '#platform/log/describe-error.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { NO_TRACING, type Tracing } from '#platform/tracing/tracing.ts'
import { currentFence, outsideFence } from '#platform/postgres/fence.ts'
import { toBossDatabase, toBossTransaction } from './boss-database.ts'
import { createDeadLetters } from './dead-letters.ts'
import { DEAD_LETTERS, hasJob } from './dead-letters-store.ts'
import { createFaultLog } from './fault-log.ts'
import { defineJob, type Job } from './define-job.ts'
import type { JobOptions, Jobs, JobsHealth } from './jobs.ts'
import { createQueueDepths } from './queue-depths.ts'
import { runJob } from './run-job.ts'
import { withSender } from './sender.ts'

interface JobsSettings {
  readonly database: Database
  readonly log: Log
  readonly clock: Clock
  /** How often each kind of job is looked for. */
  readonly pollSeconds?: number
  /** Nothing is recorded without it. */
  readonly tracing?: Tracing
}

/** Beside Sophia's own schema: backups and migrations see none of it, and all of it may be lost (see DESIGN of each job). */
const SCHEMA = 'pgboss'
const HEARTBEAT_SECONDS = 30
const RETRY_DELAY_MAX_SECONDS = 3600
const KEEP_SECONDS = 3 * 86_400
const KEEP_DEAD_SECONDS = 30 * 86_400
const START_AGAIN_MS = 5000
const LATE_SECONDS = 30

/** Jobs on pg-boss, in a schema of its own, over our own pool. Nothing is opened before the first `send` or `start`. */
export function createJobs(settings: JobsSettings): Jobs {
  const jobs = new Map<string, Job>()
  const watch = createWatch(settings)
  const depths = createQueueDepths({ ...settings, isKnown: (name) => jobs.has(name) })
  let sender: Promise<PgBoss> | undefined
  let worker: PgBoss | undefined
  let state: 'sending' | 'starting' | 'running' | 'stopped' = 'sending'
  const stopping = new AbortController()

  /** The one that runs jobs also sends; a process that runs none opens one without timers for work. */
  function findSender(): Promise<PgBoss> {
    if (stopping.signal.aborted) return refuseLate()
    if (worker) return Promise.resolve(worker)
    sender ??= openBoss(settings, watch, false).then((boss) => prepareQueues(boss, jobs))
    sender.catch(() => {
      // Whoever waits hears of it; the next to come tries anew.
      sender = undefined
    })
    return sender
  }

  async function startUntilItRuns(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        // One try after the other, by intent.
        // oxlint-disable-next-line no-await-in-loop
        worker = await startWorker({ settings, watch, jobs })
        state = 'running'
        depths.start(stopping.signal)
        return
      } catch (error) {
        watch.startFailed(error)
        // oxlint-disable-next-line no-await-in-loop
        await settings.clock.sleep(START_AGAIN_MS, stopping.signal).catch(() => undefined)
      }
    }
  }
  let starting: Promise<void> | undefined

  const send: Jobs['send'] = async (name, payload, options = {}) => {
    const job = jobs.get(name)
    if (!job) throw new Error(`no job is called ${name}`)
    const boss = await outsideFence(findSender)
    // A job sends nothing that it could not have written.
    if (options.handle || !currentFence()) await storeJob(boss, job, { payload, ...options })
    else await settings.database.inTransaction((handle) => storeJob(boss, job, { payload, ...options, handle }))
  }

  return {
    define(definition) {
      if (jobs.has(definition.name)) throw new Error(`two jobs are called ${definition.name}`)
      jobs.set(definition.name, defineJob(definition))
    },
    send,
    sendAgain: createSendAgain({ ready: findSender, send }),
    dead: createDeadLetters({ ...settings, ready: findSender, isKnown: (name) => jobs.has(name), send }),
    start() {
      state = 'starting'
      return (starting ??= startUntilItRuns())
    },
    async stop(graceMs) {
      state = 'stopped'
      stopping.abort()
      await starting
      await Promise.all([depths.ended(), stopBoss(worker, graceMs), stopBoss(await sender?.catch(() => undefined), 0)])
    },
    health: () => watch.health(state, jobs.size),
    waiting: depths.waiting,
  }
}

async function storeJob(boss: PgBoss, job: Job, sent: JobOptions & { readonly payload: object }): Promise<void> {
  await boss.send(job.name, withSender(sent.payload), {
    ...keyOf(job, sent.key),
    ...(sent.startAt ? { startAfter: sent.startAt } : {}),
    ...(sent.handle ? { db: toBossTransaction(sent.handle) } : {}),
  })
}

function createSendAgain({ ready, send }: { ready: () => Promise<unknown>; send: Jobs['send'] }): Jobs['sendAgain'] {
  return async (name, payload, { key, handle }) => {
    await outsideFence(ready)
    if (await hasJob(handle, { name, key })) return false
    await send(name, payload, { key, handle })
    return true
  }
}

/** What is opened once all is stopped would be closed by nobody. */
function refuseLate(): Promise<never> {
  return Promise.reject(new SophiaError('UNREACHABLE', { detail: 'Sophia is stopping.' }))
}

/** Jobs without a key must not push each other out, so each gets one of its own; those of a single kind share one. */
function keyOf(job: Job, key: string | undefined): SendOptions {
  return { singletonKey: job.isSingle ? 'single' : (key ?? randomUUID()) }
}

async function openBoss({ database }: JobsSettings, watch: Watch, isWorker: boolean): Promise<PgBoss> {
  // Loaded when it is needed: a tenth of a second that no start and no command has to wait for.
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    db: toBossDatabase(database, watch.outcome),
    schema: SCHEMA,
    supervise: isWorker,
    schedule: isWorker,
    superviseIntervalSeconds: HEARTBEAT_SECONDS,
    monitorIntervalSeconds: HEARTBEAT_SECONDS,
    registerInstance: false,
    openTelemetry: { enabled: false },
    // These look into the whole server's state, which may not be ours to judge, and hold locks past our statement limit.
    monitorVacuum: false,
    reindex: false,
  })
  boss.on('error', watch.fault)
  boss.on('warning', watch.warning)
  try {
    return await boss.start()
  } catch (error) {
    await stopBoss(boss, 0)
    throw error
  }
}

async function startWorker({
  settings,
  watch,
  jobs,
}: {
  readonly settings: JobsSettings
  readonly watch: Watch
  readonly jobs: ReadonlyMap<string, Job>
}): Promise<PgBoss> {
  const boss = await openBoss(settings, watch, true)
  const { log, tracing = NO_TRACING } = settings
  try {
    await prepareQueues(boss, jobs)
    for (const job of jobs.values()) {
      // Few, and pg-boss writes them one by one anyway.
      // oxlint-disable-next-line no-await-in-loop
      if (job.cron !== undefined) await boss.schedule(job.name, job.cron, {}, { tz: 'UTC', ...keyOf(job, 'cron') })
      // oxlint-disable-next-line no-await-in-loop
      await workOn(boss, settings.pollSeconds ?? 2, { job, run: (stored) => runJob(job, stored, { log, tracing }) })
    }
    return boss
  } catch (error) {
    await stopBoss(boss, 0)
    throw error
  }
}

/** Runs one after the other what waits, and looks every few seconds once nothing does: a poll for each would let much that waits wait for long. */
async function workOn(boss: PgBoss, pollSeconds: number, { job, run }: Working): Promise<void> {
  let worker: string | undefined
  const options = { includeMetadata: true, perJobResults: true, pollingIntervalSeconds: pollSeconds } as const
  worker = await boss.work(job.name, options, async (stored) => {
    const results = await Promise.all(stored.map(run))
    if (worker !== undefined) boss.notifyWorker(worker)
    return results
  })
}

interface Working {
  readonly job: Job
  readonly run: (stored: JobWithMetadata<unknown>) => ReturnType<typeof runJob>
}

/** Every queue as the code has it now; pg-boss keeps the one that is there, so what may change is written again. */
async function prepareQueues(boss: PgBoss, jobs: ReadonlyMap<string, Job>): Promise<PgBoss> {
  await boss.createQueue(DEAD_LETTERS, { policy: 'standard', retentionSeconds: KEEP_DEAD_SECONDS })
  for (const job of jobs.values()) {
    const rules = {
      retryLimit: job.retries ?? 5,
      retryDelay: job.firstRetrySeconds ?? 10,
      retryBackoff: true,
      retryDelayMax: RETRY_DELAY_MAX_SECONDS,
      expireInSeconds: job.limitSeconds ?? 900,
      // A process that dies is noticed by its silence, long before the limit of a slow job.
      heartbeatSeconds: HEARTBEAT_SECONDS,
      deleteAfterSeconds: KEEP_SECONDS,
      deadLetter: DEAD_LETTERS,
    }
    // oxlint-disable-next-line no-await-in-loop
    await boss.createQueue(job.name, { policy: job.isSingle ? 'stately' : 'short', ...rules })
    // oxlint-disable-next-line no-await-in-loop
    await boss.updateQueue(job.name, rules)
  }
  return boss
}

async function stopBoss(boss: PgBoss | undefined, graceMs: number): Promise<void> {
  // What it could not give back, because the database is away, is given back by its silence.
  await boss?.stop({ graceful: graceMs > 0, timeout: graceMs }).catch(() => undefined)
}

type Watch = ReturnType<typeof createWatch>

/** Keeps what pg-boss's statements met: for the health page, and for a log that stays readable during an outage. */
function createWatch({ log, clock }: JobsSettings) {
  const faults = createFaultLog({ log, clock })
  let lastError: string | undefined
  let lastAtMs: number | undefined
  let lastThrown: unknown
  return {
    outcome: (error: unknown): void => {
      lastAtMs = clock.monotonicMs()
      if (error !== undefined) lastThrown = error
      lastError = error === undefined ? undefined : describe(error)
      if (error === undefined) faults.recovered('jobs: the database answers again')
    },
    fault: (told: unknown): void => {
      const error = isCopyOf(lastThrown, told) ? lastThrown : told
      faults.fault(error, 'jobs: the queue could not be looked at; it is tried again')
    },
    startFailed: (error: unknown): void => {
      lastError = describe(error)
      faults.fault(error, 'jobs: could not be started; it is tried again')
    },
    warning: ({ message }: { readonly message: string }): void => log.warn({ reason: message }, 'jobs: a warning'),
    health(state: 'sending' | 'starting' | 'running' | 'stopped', kinds: number): JobsHealth {
      if (state === 'sending') return { state: 'not_configured', detail: 'This process stores jobs and runs none.' }
      if (state === 'stopped') return { state: 'down', detail: 'Stopped.' }
      if (lastError !== undefined) return { state: state === 'running' ? 'degraded' : 'down', detail: lastError }
      if (state === 'starting' || lastAtMs === undefined) return { state: 'unknown', detail: 'Starting.' }
      const agoSeconds = Math.round((clock.monotonicMs() - lastAtMs) / 1000)
      const detail = `${kinds} kinds of jobs, looked for ${agoSeconds} s ago`
      return { state: agoSeconds > LATE_SECONDS ? 'degraded' : 'ok', detail }
    },
  }
}

/** pg-boss tells copies, which have lost what the error was caused by. */
function isCopyOf(thrown: unknown, told: unknown): boolean {
  return thrown instanceof Error && Object(told).stack === thrown.stack
}

function describe(error: unknown): string {
  return describeError(error).message || 'The queue could not be reached.'
}
