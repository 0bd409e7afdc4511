import type { PlacedTurnEvent, TurnEvent } from '#contract/turn-events.ts'
import { afterFailure, afterSuccess, mayTakeOver, NO_OUTAGE } from '#domain/turn/lease.ts'
import { placeEvents } from '#domain/turn/place-events.ts'
import { createFeed, LIMITS, type World } from './simulated-world.ts'
import type { Held } from './turn-machine.ts'

/** One attempt at an answer, as the process that works on it has it in memory. */
interface Run {
  readonly held: Held
  readonly pieces: string[]
  text: string
  lastN: number
  waiting: TurnEvent[]
  batch: PlacedTurnEvent[]
  isOver: boolean
  isCancelled: boolean
}

export type SimulatedProcess = ReturnType<typeof createProcess>

/**
 * A process of the product without its code but with its rules: it claims, renews, speaks, writes in groups and ends turns, and the
 * decisions are those of the domain. It may die and come again, freeze, or lose the database.
 */
export function createProcess(world: World, piecesOf: (turnId: string) => string[]) {
  const { time, machine, planted } = world
  const feed = createFeed()
  let runs = new Map<string, Run>()
  let outage = NO_OUTAGE
  let isFlushing = false
  let life = 0
  let isAlive = false
  let frozenUntilMs = 0
  let cutOffUntilMs = 0
  const line = { isCutOff: () => time.nowMs() < cutOffUntilMs }

  /** Only in this life, and not while frozen. */
  const later = (ms: number, work: () => void): void => {
    const mine = life
    const due = (): void => {
      if (mine !== life) return
      if (time.nowMs() < frozenUntilMs) time.after(frozenUntilMs - time.nowMs() + time.between(0, 3), due)
      else work()
    }
    time.after(ms, due)
  }
  const call = <Result>(work: () => Result, done: (result: { readonly value: Result } | undefined) => void): void => {
    const mine = life
    world.call(line, work, (result) => {
      if (mine === life) later(0, () => done(result))
    })
  }
  const note = (isDone: boolean): void => {
    outage = isDone ? afterSuccess(outage, time.nowMs()) : afterFailure()
  }

  function look(): void {
    const takesOver = planted.claimDuringOutage === true || mayTakeOver(outage, time.nowMs(), LIMITS.leaseMs)
    const limit = LIMITS.turnsPerProcess - runs.size
    call(
      () => machine.claim({ nowMs: time.nowMs(), leaseMs: LIMITS.leaseMs, limit, takesOver }),
      (claimed) => {
        note(claimed !== undefined)
        for (const held of claimed?.value ?? []) begin(held)
        later(LIMITS.pollMs, look)
      },
    )
  }

  function renew(): void {
    const held = [...runs.values()].map((run) => run.held)
    if (held.length === 0 || planted.noHeartbeat === true) return later(LIMITS.heartbeatMs, renew)
    call(
      () => machine.renew(held, time.nowMs() + LIMITS.leaseMs),
      (renewed) => {
        note(renewed !== undefined)
        for (const { id, attempt } of renewed ? held : []) {
          const run = runs.get(id)
          const answer = renewed?.value.find((one) => one.id === id)
          if (!run || run.held.attempt !== attempt) continue
          if (!answer) drop(run)
          else if (answer.isCancelled) run.isCancelled = true
        }
        later(LIMITS.heartbeatMs, renew)
      },
    )
  }

  function begin(held: Held): void {
    const pieces = piecesOf(held.id)
    const run: Run = { held, pieces, text: '', lastN: 0, waiting: [], batch: [], isOver: false, isCancelled: false }
    runs.set(held.id, run)
    if (held.attempt > 1 && planted.silentRestart !== true) run.waiting.push({ type: 'turn-restart', reason: 'anew' })
    later(time.between(1, 60), () => speak(run))
  }

  function speak(run: Run): void {
    if (run.isOver) return
    const piece = run.isCancelled ? undefined : run.pieces.shift()
    if (piece === undefined) return end(run)
    run.text += piece
    run.waiting.push({ type: 'text-delta', text: piece })
    if (!isFlushing) {
      isFlushing = true
      later(LIMITS.flushMs, flush)
    }
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
    if (busy.length === 0) return void (isFlushing = false)
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
    // No group may be under way, so that the last events come last.
    if (run.batch.length > 0) return later(5, () => end(run))
    run.isOver = true
    const status = run.isCancelled ? 'cancelled' : 'complete'
    const messageId = world.nextId()
    const usage = { input: 0, cachedInput: 0, output: 0 }
    const cost = { amountMicros: 0, currency: 'USD' }
    place(run, [...run.waiting, { type: 'turn-end', status, messageId, usage, cost, cache: 'miss' }])
    store(run, { id: messageId, text: run.text, status })
  }

  function store(run: Run, answer: { id: string; text: string; status: 'complete' | 'cancelled' }): void {
    const write = (): boolean => {
      // The commit may have happened although its word was lost.
      if (machine.messages.some((message) => message.id === answer.id)) return true
      if (!machine.finish(run.held, answer)) return false
      if (planted.answerOutsideTransaction !== true) machine.append(run.batch)
      return true
    }
    call(write, (stored) => {
      if (stored === undefined) return later(LIMITS.retryMs, () => store(run, answer))
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

  return {
    feed,
    line,
    isAlive: () => isAlive,
    isFrozen: () => time.nowMs() < frozenUntilMs,
    life: () => life,
    /** Whether it works on this turn and could go on doing so. */
    keeps: (turnId: string) => isAlive && time.nowMs() >= frozenUntilMs && runs.has(turnId),
    start(): void {
      isAlive = true
      outage = NO_OUTAGE
      later(time.between(0, 50), look)
      later(LIMITS.heartbeatMs, renew)
    },
    kill(): void {
      isAlive = false
      life += 1
      runs = new Map()
      isFlushing = false
    },
    freeze(ms: number): void {
      frozenUntilMs = Math.max(frozenUntilMs, time.nowMs() + ms)
    },
    cutOff(ms: number): void {
      cutOffUntilMs = Math.max(cutOffUntilMs, time.nowMs() + ms)
    },
    later,
    call,
  }
}
