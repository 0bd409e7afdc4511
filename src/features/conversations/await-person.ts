import { isPassing } from '#domain/errors.ts'
import { storePatiently } from '#platform/postgres/store-patiently.ts'
import { inSpan, withoutSpan } from '#platform/tracing/in-span.ts'
import { abortable } from './abortable.ts'
import { setWaiting } from './turns-store.ts'
import { checkStopped, TurnStopped, type TurnWork } from './turn-work.ts'

const DECISION_POLL_MS = 500

/**
 * Waits until `read` gives what a person decided: it is asked at once, when this process hears of a decision, and every
 * half second for one that came in through another process. Keeps the lease; the turn's time limit stands still. That the
 * database is away or busy meanwhile is no answer: it is waited out.
 */
export async function awaitPerson<Decided>(
  work: TurnWork,
  read: () => Promise<Decided | undefined>,
  withdrawn: AbortSignal = work.signal,
): Promise<Decided> {
  try {
    await beginWaiting(work)
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
  const { database, clock, log } = work.house
  const isHeld = await storePatiently(() => database.read((handle) => setWaiting(handle, work.turn, isWaiting)), {
    clock,
    signal: work.signal,
    onRepeat: (error) => log.warn({ error, turn: work.turn.id }, 'that a person is awaited could not be stored yet'),
  })
  if (!isHeld) throw new TurnStopped('stale')
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
    const decided = await look(work, read)
    if (decided !== undefined) return decided
    const pause = new AbortController()
    // Its end is no event.
    const pausing = work.house.clock.sleep(DECISION_POLL_MS, pause.signal).catch(() => undefined)
    // oxlint-disable-next-line no-await-in-loop
    await abortable(Promise.race([woken, pausing]), withdrawn).finally(() => pause.abort())
  }
}

/** A look that the store had no ear for says nothing of what the person does. */
async function look<Decided>(
  { house, turn }: TurnWork,
  read: () => Promise<Decided | undefined>,
): Promise<Decided | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!isPassing(error)) throw error
    house.log.debug({ error, turn: turn.id }, 'what a person decided could not be read yet')
    return undefined
  }
}
