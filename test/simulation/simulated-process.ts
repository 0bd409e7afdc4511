import { afterAnswer, afterFailure, latestTakeOver, mayTakeOver, NO_OUTAGE } from '#domain/turn/lease.ts'
import type { Claimed, Held } from './machine-records.ts'
import { createLife } from './simulated-life.ts'
import { createRun, type Run, type Work } from './simulated-run.ts'
import { createSpeaker } from './simulated-speaker.ts'
import { createFeed, FAILURE_MS, LIMITS, type World } from './simulated-world.ts'

export type SimulatedProcess = ReturnType<typeof createProcess>

interface ProcessNeeds {
  readonly name: string
  readonly workOn: (held: Held) => Work
}

/**
 * A process of the product without its code but with its rules: it claims, renews, answers, gives back what it holds when it is told to
 * end, and the decisions are those of the domain. It may die and come again, freeze, or lose the database.
 */
export function createProcess(world: World, { name, workOn }: ProcessNeeds) {
  const { time, machine, planted } = world
  const life = createLife(world, name)
  const { later, call } = life
  const feed = createFeed()
  const runs = new Map<string, Run>()
  const { begin: answer, drop } = createSpeaker({ world, life, feed, runs })
  let outage = NO_OUTAGE
  /** Claims and givings back that are under way; who ends waits for them. */
  let underWay = 0
  let endingSinceMs: number | null = null
  /** What becomes of it when it has next asked for turns. */
  let onceAsked: (() => void) | undefined

  /** Asks for turns or for more time, which tells what the database is like. */
  function inquire<Result>(work: (nowMs: number) => Result, done: (result: Result | undefined) => void): void {
    const askedMs = time.nowMs()
    call(
      () => ({ said: work(time.nowMs()), databaseMs: time.nowMs() }),
      (answer) => {
        const monotonicMs = time.nowMs()
        if (!answer) outage = afterFailure()
        else outage = afterAnswer(outage, { askedMs, monotonicMs, databaseMs: answer.value.databaseMs }, LIMITS.leaseMs)
        done(answer?.value.said)
      },
    )
  }

  /** As `waitForDatabase` does, then the rest of its start. */
  function boot(wasAway = false): void {
    call(
      () => true,
      (isThere) => {
        if (isThere) later(time.between(5, 150), () => open(wasAway))
        else later(time.between(10, 250), () => boot(true))
      },
    )
  }

  function open(wasAway: boolean): void {
    life.open()
    outage = wasAway && planted.startUnaware !== true ? afterFailure() : NO_OUTAGE
    look()
    later(LIMITS.heartbeatMs, renew)
  }

  function look(): void {
    if (endingSinceMs !== null) return
    const { latestMs, takesOver } = bounds()
    // Turns that wait for a person count for nothing.
    const limit = LIMITS.turnsPerProcess - [...runs.values()].filter((run) => !run.isWaiting).length
    // Whoever died meanwhile still has what its last claim brings.
    const claim = { processId: life.id(), leaseMs: LIMITS.leaseMs, limit, takesOver, latestMs }
    underWay += 1
    inquire(
      (nowMs) => machine.claim({ ...claim, nowMs }),
      (held = []) => {
        underWay -= 1
        // Nobody would wait for these, or give them back.
        if (endingSinceMs !== null && planted.claimWhileEnding !== true) return giveBack(held)
        held.forEach(begin)
        later(LIMITS.pollMs, look)
      },
    )
    onceAsked?.()
    onceAsked = undefined
  }

  /** Up to which lease's end it takes turns over. */
  function bounds(): { readonly latestMs: number; readonly takesOver: boolean } {
    if (planted.claimDuringOutage === true) return { latestMs: Number.POSITIVE_INFINITY, takesOver: true }
    const latestMs = mayTakeOver(outage, time.nowMs(), LIMITS.leaseMs) ? latestTakeOver(outage, LIMITS.leaseMs) : null
    const isBounded = planted.claimWhatRanOutMeanwhile !== true
    return { latestMs: isBounded ? (latestMs ?? 0) : Number.POSITIVE_INFINITY, takesOver: latestMs !== null }
  }

  function begin(held: Claimed): void {
    answer(createRun(held, workOn(held)))
  }

  function renew(): void {
    const held = [...runs.values()]
      .filter((run) => !(planted.noHeartbeatWhileWaiting === true && run.isWaiting))
      .map((run) => run.held)
    if (held.length === 0 || planted.noHeartbeat === true) return later(LIMITS.heartbeatMs, renew)
    inquire(
      (nowMs) => machine.renew(held, nowMs + LIMITS.leaseMs),
      (renewed) => {
        for (const one of renewed ? held : []) {
          const run = runs.get(one.id)
          const found = renewed?.find(({ id }) => id === one.id)
          if (run?.held !== one) continue
          if (!found) drop(run)
          else if (found.isCancelled) cancel(run)
        }
        later(LIMITS.heartbeatMs, renew)
      },
    )
  }

  function cancel(run: Run): void {
    run.isCancelled = true
    run.onCancel?.()
    run.onDecision?.()
  }

  /** Told to end: nothing more is claimed, and what is not answered in time others may have at once. */
  function end(graceMs: number, gone: () => void): void {
    if (!life.isOpen() || endingSinceMs !== null) return
    endingSinceMs = time.nowMs()
    const graceOverMs = time.nowMs() + graceMs
    // They would wait out any grace.
    giveBackRuns([...runs.values()].filter((run) => run.isWaiting))
    const rest = (): void => {
      if (runs.size > 0 && time.nowMs() < graceOverMs) return later(20, rest)
      giveBackRuns([...runs.values()])
      leave()
    }
    const leave = (): void => {
      if (underWay + runs.size > 0 && planted.claimWhileEnding !== true) return later(5, leave)
      checkLeft()
      kill()
      gone()
    }
    rest()
  }

  function giveBackRuns(given: readonly Run[]): void {
    for (const run of given) {
      run.isReleased = true
      drop(run)
    }
    giveBack(given.map((run) => run.held))
  }

  function giveBack(held: readonly Held[]): void {
    if (held.length === 0 || planted.keepWhatIsHeld === true) return
    underWay += 1
    call(
      () => machine.release(held),
      () => (underWay -= 1),
    )
  }

  /** Whoever left in order holds nothing, unless the database failed it just then, or hung since: then the lease runs out. */
  function checkLeft(): void {
    const id = life.id()
    const sinceMs = (endingSinceMs ?? 0) - LIMITS.leaseMs - FAILURE_MS
    if (life.failedMs() > (world.hangUntilMs > sinceMs ? Math.min(sinceMs, world.hangFromMs - FAILURE_MS) : sinceMs))
      return
    time.after(50, () => {
      for (const turn of machine.turns)
        if (machine.isOpen(turn) && turn.owner === id && (turn.leaseUntilMs ?? 0) >= time.nowMs())
          world.broken.push(`turn ${turn.id} is held by "${id}", which left in order`)
    })
  }

  function kill(): void {
    life.end()
    runs.clear()
    underWay = 0
    endingSinceMs = null
    onceAsked = undefined
  }

  return {
    feed,
    later,
    call,
    isAlive: life.isOpen,
    life: life.number,
    id: life.id,
    wellFromMs: life.wellFromMs,
    metFromMs: life.metFromMs,
    /** Whether it works on this turn. */
    keeps: (turnId: string) => life.isOpen() && runs.has(turnId),
    start(): void {
      life.begin()
      boot()
    },
    kill,
    end,
    /** The same when its next claim is under way. */
    endAsking: (graceMs: number, gone: () => void) => void (onceAsked = () => end(graceMs, gone)),
    freeze: life.freeze,
    cutOff: life.cutOff,
    /** A member decided on a call, through this process. */
    heed: (turnId: string) => runs.get(turnId)?.onDecision?.(),
    /** A member wants a turn stopped, through this process. */
    cancel(turnId: string): void {
      const claim = { id: turnId, processId: life.id(), leaseMs: LIMITS.leaseMs }
      underWay += 1
      call(
        () => {
          machine.cancel(turnId)
          return machine.claimIdle({ ...claim, nowMs: time.nowMs() })
        },
        (idle) => {
          underWay -= 1
          const run = runs.get(turnId)
          if (idle?.value) begin(idle.value)
          else if (idle && run) cancel(run)
        },
      )
    },
  }
}
