import type { DrillStep } from '#contract/drills.ts'
import type { z } from 'zod'
import type { DrillName } from '#domain/drills/drill.ts'
import { SophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { storePatiently } from '#platform/postgres/store-patiently.ts'
import { beginRun, endAbandoned, endRun, findRunning, noteStep, takeWaiting } from './drills-store.ts'
import type { DrillNeeds } from './drill-needs.ts'
import { runDrill, type DrillOutcome } from './run-drill.ts'

interface Performance {
  /** One that waits, or whose wish it is to have one begun at once or not at all. */
  readonly wanted: { readonly id: string } | { readonly origin: 'command' | 'schedule' }
  readonly name: DrillName
  readonly signal: AbortSignal
  readonly onStep?: (text: string) => void
}

const SAY_MS = 5000
/** A process that has not said for so long that it is there is gone. */
export const SILENCE_MS = 60_000
const MOST_STEPS = 40
/** A database that was away, busy or full when a drill ended is waited for. */
const END_LIMIT_MS = 60_000

/** Another one runs, anywhere. */
export class DrillRefused extends SophiaError {
  constructor(detail: string) {
    super('CONFLICT', { detail })
  }
}

/** Rehearses what was asked for and stores how it went. Throws DrillRefused while another one runs anywhere. */
export async function performDrill(needs: DrillNeeds, performance: Performance): Promise<DrillOutcome> {
  const { clock, database, log } = needs
  const { name, signal, onStep } = performance
  const id = await begin(needs, performance)
  const beganMs = clock.monotonicMs()
  const steps: z.infer<typeof DrillStep>[] = []
  const note = (): Promise<void> =>
    database
      .inTransaction((handle) => noteStep(handle, { id, step: steps.at(-1)?.text ?? '', steps }))
      // What is not noted now is noted with the next.
      .catch((error: unknown) => log.warn({ error }, 'the step of a drill could not be noted'))
  const saying = setInterval(() => void note(), SAY_MS)
  try {
    const outcome = await runDrill(needs, {
      name,
      signal,
      onStep: (text) => {
        if (steps.length < MOST_STEPS) steps.push({ atMs: Math.round(clock.monotonicMs() - beganMs), text })
        void note()
        onStep?.(text)
      },
    })
    await end(needs, { id, now: clock.now(), steps, ...outcome }, signal)
    log.info({ 'sophia.drill': name, 'sophia.verdict': outcome.verdict }, 'a drill was carried out')
    return outcome
  } finally {
    clearInterval(saying)
  }
}

/** Answers its id. One that is refused leaves nothing that would wait. */
function begin({ clock, database, host, version }: DrillNeeds, { wanted, name }: Performance): Promise<string> {
  const now = clock.now()
  return database.inTransaction(async (handle) => {
    await endAbandoned(handle, { silenceMs: SILENCE_MS, now })
    const id =
      'id' in wanted
        ? wanted.id
        : await takeWaiting(handle, { id: createId(), name, askedAt: now, origin: wanted.origin })
    if (await beginRun(handle, { id, now, host, version })) return id
    throw await refusal(handle)
  })
}

async function refusal(handle: Handle): Promise<DrillRefused> {
  const running = await findRunning(handle)
  if (!running) return new DrillRefused('This drill was begun by another process.')
  const since = running.beganAt.toISOString().slice(11, 16)
  return new DrillRefused(
    `The drill ${running.name} runs on ${running.host} since ${since} UTC; two at once would measure each other. Try again when it is done.`,
  )
}

/** Stores how it went, once the database can take it. Whoever is stopped does not wait: their silence ends the run later. */
function end({ clock, database, log }: DrillNeeds, how: Parameters<typeof endRun>[1], signal: AbortSignal) {
  return storePatiently(() => database.inTransaction((handle) => endRun(handle, how)), {
    clock,
    signal,
    limitMs: END_LIMIT_MS,
    onRepeat: (error) => log.warn({ error }, 'how a drill went could not be stored; it is tried again'),
  })
}
