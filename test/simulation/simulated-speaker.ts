import type { TurnEvent } from '#contract/turn-events.ts'
import { placeEvents } from '#domain/turn/place-events.ts'
import { followCall, showEarlierCalls } from './simulated-call.ts'
import type { Life } from './simulated-life.ts'
import type { Run } from './simulated-run.ts'
import { LIMITS, type createFeed, type World } from './simulated-world.ts'

interface SpeakerNeeds {
  readonly world: World
  readonly life: Life
  readonly feed: ReturnType<typeof createFeed>
  readonly runs: Map<string, Run>
}

/** How a process answers: it speaks, writes in groups, calls, and ends turns. */
export function createSpeaker({ world, life, feed, runs }: SpeakerNeeds) {
  const { time, machine, planted } = world
  const { call, later } = life
  let flushingIn: number | undefined

  function begin(run: Run): void {
    const { held } = run
    runs.set(held.id, run)
    const go = (): void => later(time.between(1, 60), () => speak(run))
    if (held.attempt === 1) return go()
    if (planted.silentRestart !== true) emit(run, { type: 'turn-restart', reason: 'anew' })
    call(
      () => machine.adoptCalls(held, time.nowMs() + LIMITS.approvalMs),
      (adopted) => {
        // Without the database the attempt is given up: its lease runs out.
        if (!adopted) return drop(run)
        if (planted.dropEarlierCalls !== true) run.earlier = adopted.value
        go()
      },
    )
  }

  function emit(run: Run, event: TurnEvent): void {
    run.waiting.push(event)
    if (flushingIn === life.number()) return
    flushingIn = life.number()
    later(LIMITS.flushMs, flush)
  }

  function speak(run: Run): void {
    if (run.isOver) return
    if (run.isCancelled) return end(run)
    if (run.callsAt !== null && run.pieces.length <= run.callsAt) {
      run.callsAt = null
      return followCall({ world, life, emit, drop, end }, run, () => later(time.between(1, 90), () => speak(run)))
    }
    const piece = run.pieces.shift()
    if (piece === undefined) return end(run)
    run.text += piece
    emit(run, { type: 'text-delta', text: piece })
    later(time.between(1, 90), () => speak(run))
  }

  function place(run: Run, events: readonly TurnEvent[]): void {
    const placed = placeEvents({ id: run.held.id, attempt: run.held.attempt }, run.lastN, events)
    run.lastN += placed.length
    run.batch.push(...placed)
    run.waiting = []
  }

  function flush(): void {
    const busy = [...runs.values()].filter((run) => !run.isOver && run.waiting.length + run.batch.length > 0)
    if (busy.length === 0) return void (flushingIn = undefined)
    for (const run of busy) place(run, run.waiting)
    const entries = busy.flatMap((run) => run.batch)
    if (planted.deliverBeforeCommit === true) feed.publish(entries)
    call(
      () => machine.append(entries),
      (written) => {
        for (const run of busy) settle(run, written?.value)
        later(written ? LIMITS.flushMs : LIMITS.retryMs, flush)
      },
    )
  }

  function settle(run: Run, written: ReadonlySet<string> | undefined): void {
    if (written === undefined) {
      if (planted.forgetUnwritten === true) run.batch = []
      if (planted.renumberOnRepeat !== true) return
      run.waiting = [...run.batch.map((entry) => entry.event), ...run.waiting]
      run.lastN -= run.batch.length
      run.batch = []
      return
    }
    const done = run.batch
    run.batch = []
    if (!written.has(run.held.id)) drop(run)
    else if (planted.deliverBeforeCommit !== true) feed.publish(done)
  }

  function end(run: Run): void {
    if (run.isOver) return
    // No group may be under way, so that the last events come last.
    if (run.batch.length > 0) return later(5, () => end(run))
    run.isOver = true
    const status = run.isCancelled ? 'cancelled' : 'complete'
    const messageId = world.nextId()
    const usage = { input: 0, cachedInput: 0, output: 0 }
    const cost = { amountMicros: 0, currency: 'USD' }
    showEarlierCalls(run)
    place(run, [...run.waiting, { type: 'turn-end', status, messageId, usage, cost, cache: 'miss' }])
    store(run, { id: messageId, text: run.text, status, calls: run.calls })
  }

  function store(run: Run, answer: Parameters<typeof machine.finish>[1]): void {
    const write = (): boolean => {
      // The commit may have happened although its word was lost.
      if (machine.messages.some((message) => message.id === answer.id)) return true
      if (!machine.finish(run.held, answer)) return false
      if (planted.answerOutsideTransaction !== true) machine.append(run.batch)
      return true
    }
    call(write, (stored) => {
      if (stored === undefined) return run.isReleased ? drop(run) : later(LIMITS.retryMs, () => store(run, answer))
      if (stored.value && planted.answerOutsideTransaction === true)
        call(
          () => machine.append(run.batch),
          () => undefined,
        )
      if (stored.value) feed.publish(run.batch)
      drop(run)
    })
  }

  function drop(run: Run): void {
    run.isOver = true
    if (runs.get(run.held.id) === run) runs.delete(run.held.id)
  }

  return { begin, drop }
}
