import { inSpan, withoutSpan } from '#platform/tracing/in-span.ts'
import { abortable } from './abortable.ts'
import { setWaiting } from './turns-store.ts'
import { checkStopped, TurnStopped, type TurnWork } from './turn-work.ts'

const DECISION_POLL_MS = 500

/**
 * Waits until `read` gives what a person decided: it is asked at once, when this process hears of a decision, and every
 * half second for one that came in through another process. Keeps the lease; the turn's time limit stands still.
 */
export async function awaitPerson<Decided>(
  work: TurnWork,
  read: () => Promise<Decided | undefined>,
  withdrawn: AbortSignal = work.signal,
): Promise<Decided> {
  await beginWaiting(work)
  try {
    // Looking again and again would fill the trace.
    return await inSpan({ kind: 'person', name: 'wait for a person' }, () =>
      withoutSpan(() => poll(work, read, withdrawn)),
    )
  } finally {
    work.run.isWaiting = false
    noteBack(work)
    work.deadline.resume()
    if (!work.signal.aborted) await storeWaiting(work, false)
  }
}

async function beginWaiting(work: TurnWork): Promise<void> {
  work.deadline.pause()
  work.run.isWaiting = true
  await storeWaiting(work, true)
}

/** The model is not late for a person's silence. */
function noteBack({ house, run }: TurnWork): void {
  if (run.startedMs !== null) run.startedMs = house.clock.monotonicMs()
}

async function storeWaiting(work: TurnWork, isWaiting: boolean): Promise<void> {
  if (!(await work.house.database.read((handle) => setWaiting(handle, work.turn, isWaiting))))
    throw new TurnStopped('stale')
}

async function poll<Decided>(
  work: TurnWork,
  read: () => Promise<Decided | undefined>,
  withdrawn: AbortSignal,
): Promise<Decided> {
  while (true) {
    checkStopped(work)
    const woken = new Promise<void>((resolve) => {
      work.run.onDecision = resolve
    })
    // oxlint-disable-next-line no-await-in-loop
    const decided = await read()
    if (decided !== undefined) return decided
    const pause = new AbortController()
    // Its end is no event.
    const pausing = work.house.clock.sleep(DECISION_POLL_MS, pause.signal).catch(() => undefined)
    // oxlint-disable-next-line no-await-in-loop
    await abortable(Promise.race([woken, pausing]), withdrawn).finally(() => pause.abort())
  }
}
