import type { DrillReport } from '#contract/drills.ts'
import { DRILL_NAMES, type DrillName } from '#domain/drills/drill.ts'
import { nextDrill } from '#domain/drills/next-drill.ts'
import { SophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import { defineJob, type Job } from '#platform/jobs/define-job.ts'
import { addWaiting, endAbandoned, findRunning, findWaiting, listLast } from './drills-store.ts'
import type { Asker, DrillNeeds } from './drill-needs.ts'
import { listDrills } from './list-drills.ts'
import { DrillRefused, performDrill, SILENCE_MS } from './perform-drill.ts'
import type { DrillOutcome } from './run-drill.ts'
import { listLeftovers, sweepLeftovers } from './sweep-leftovers.ts'

export type { DrillOutcome }

interface Order {
  readonly name: DrillName
  readonly signal: AbortSignal
  readonly onStep: (text: string) => void
}

/** Disasters, rehearsed on scratch deployments and remembered. */
export interface Drills {
  /** Every drill with its newest rehearsals. */
  list(): Promise<DrillReport>
  /** Has a worker rehearse one, or `all`, as soon as none runs. Answers what waits now. Throws INVALID_INPUT. */
  ask(asker: Asker, name: string): Promise<readonly DrillName[]>
  /** Rehearses one in this process, from the command line, in place of one of the name that waits. Throws CONFLICT while another runs. */
  perform(asker: Asker, order: Order): Promise<DrillOutcome>
  /** Ends what a process before left on this machine, now or, where it may still be alive, once it has been silent for long enough. */
  start(): void
  /** Stops the one that runs in this process; resolves once nothing is left of it. */
  close(): Promise<void>
  readonly jobs: readonly Job[]
}

const JOB = 'drill-due'

export function createDrills(needs: DrillNeeds): Drills {
  const { audit, clock, database, jobs, log } = needs
  const closing = new AbortController()
  const running = new Set<Promise<unknown>>()
  /** Whatever ends the work given, or all of this room, ends it; `close` waits for it. */
  const within = <Result>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    const going = work(AbortSignal.any([signal, closing.signal]))
    const settled = Promise.allSettled([going])
    running.add(settled)
    void settled.then(() => running.delete(settled))
    return going
  }
  const note = (asker: Asker, name: string): Promise<void> =>
    audit({ ...asker, action: 'drill.run', targetKind: 'drill', targetId: name })
  return {
    list: () => listDrills(needs),
    async ask(asker, wanted) {
      const names = namesOf(wanted)
      await database.inTransaction(async (handle) => {
        for (const name of names)
          await addWaiting(handle, { id: createId(), name, origin: 'screen', askedAt: clock.now() })
      })
      await jobs.send(JOB, {})
      await note(asker, wanted)
      return names
    },
    async perform(asker, { name, signal, onStep }) {
      await note(asker, name)
      const wanted = { origin: 'command' } as const
      return within(signal, (either) => performDrill(needs, { wanted, name, signal: either, onStep }))
    },
    start() {
      void within(closing.signal, async (signal) => {
        if (await tidyUp(needs)) return
        await clock.sleep(SILENCE_MS, signal)
        await tidyUp(needs)
      }).catch((error: unknown) => {
        if (!closing.signal.aborted) log.warn({ error }, 'what drills left is not cleared away yet')
      })
    },
    async close() {
      closing.abort()
      await Promise.all(running)
    },
    jobs: [
      defineJob({
        name: JOB,
        cron: '*/10 * * * *',
        isSingle: true,
        // What waited is looked up by the next look; a drill that was cut off is no job to repeat.
        retries: 0,
        limitSeconds: 6 * 3600,
        parse: () => undefined,
        run: (_nothing, signal) => within(signal, (either) => performWaiting(needs, either)),
      }),
    ],
  }
}

/** `all` is every one of them. Throws INVALID_INPUT with the names there are. */
function namesOf(wanted: string): readonly DrillName[] {
  if (wanted === 'all') return DRILL_NAMES
  const name = DRILL_NAMES.find((known) => known === wanted)
  if (name) return [name]
  throw new SophiaError('INVALID_INPUT', {
    detail: `There is no drill ${wanted.slice(0, 40)}. There are: ${DRILL_NAMES.join(', ')}, or all.`,
  })
}

/** Answers false while one runs, or may: its folder is not touched. */
async function tidyUp({ clock, database, home }: DrillNeeds): Promise<boolean> {
  // Looked up first: of one that begins from here on nothing is among them.
  const leftovers = await listLeftovers(home)
  await database.inTransaction((handle) => endAbandoned(handle, { silenceMs: SILENCE_MS, now: clock.now() }))
  if (await database.read(findRunning)) return false
  await sweepLeftovers(leftovers)
  return true
}

/** Those that somebody asked for, one after the other; then the one that is owed by the calendar, if any. While another runs they wait. */
async function performWaiting(needs: DrillNeeds, signal: AbortSignal): Promise<void> {
  const { clock, database, everyMs, log } = needs
  await tidyUp(needs)
  try {
    for (;;) {
      // Stopped: what waits is found by the next look, and no job has failed.
      if (signal.aborted) return
      const waiting = await database.read(findWaiting)
      if (!waiting) break
      await performDrill(needs, { wanted: waiting, name: waiting.name, signal })
    }
    const name = nextDrill(await database.read(listLast), everyMs(), clock.now().getTime())
    if (name !== null) await performDrill(needs, { wanted: { origin: 'schedule' }, name, signal })
  } catch (error) {
    if (!(error instanceof DrillRefused)) throw error
    log.info({ reason: error.message }, 'no drill is begun; the next look is in ten minutes')
  }
}
