import { assembleTurn, EMPTY_TURN } from '#contract/turn-assembly.ts'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { Place } from '#domain/turn/place.ts'
import { continuation } from '#domain/turn/resume.ts'
import { answerApproval } from './simulated-person.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import { LIMITS, RETRY_MS, type World } from './simulated-world.ts'

interface ClientNeeds {
  readonly memberId: string
  readonly conversationId: string
  readonly questions: number
  readonly processes: readonly SimulatedProcess[]
  /** All questions were answered. */
  readonly done: () => void
}

/** A member who asks one question after the other and follows each answer through every break. */
export function startClient(world: World, needs: ClientNeeds): void {
  const { time, history } = world
  const { memberId, conversationId } = needs
  const asks = (left: number): void => {
    if (left === 0) return needs.done()
    const messageId = world.nextId()
    const text = `${time.chance(0.3) ? 'order' : 'question'} ${messageId}`
    history.push({ type: 'posted', memberId, messageId, conversationId, text })
    const acked = (turnId: string): void => {
      if (time.chance(0.1)) cancelLater(world, needs, turnId)
      follow(world, needs, { turnId, done: () => time.after(time.between(0, 1500), () => asks(left - 1)) })
    }
    post(world, needs, { messageId, text, acked })
  }
  time.after(time.between(0, 500), () => asks(needs.questions))
}

function cancelLater(world: World, needs: ClientNeeds, turnId: string): void {
  world.history.push({ type: 'cancelled', turnId })
  const soonMs = world.time.chance(0.7) ? 2500 : 12_000
  world.time.after(world.time.between(0, soonMs), () => pickAlive(world, needs)?.cancel(turnId))
}

interface Question {
  readonly messageId: string
  readonly text: string
  readonly acked: (turnId: string) => void
}

/** The id is made before the first try and kept through all of them. */
function post(world: World, needs: ClientNeeds, { messageId, text, acked }: Question): void {
  const { time, machine, history, planted } = world
  const { memberId, conversationId } = needs
  const attempt = (): void => {
    const process = pickAlive(world, needs)
    const again = (): void => time.after(RETRY_MS, attempt)
    if (!process) return again()
    const life = process.life()
    const turnId = world.nextId()
    const accept = (answer: { turnId: string; seq: number }): void => {
      // The word of it is lost when the process dies, or on its way.
      if (process.life() !== life || time.chance(0.05)) return again()
      history.push({ type: 'acked', messageId, ...answer })
      acked(answer.turnId)
    }
    let isAnswered = false
    const store = (): { turnId: string; seq: number } =>
      machine.post({ id: messageId, conversationId, memberId, text, turnId })
    const early =
      planted.ackBeforeCommit === true && machine.messages.every((one) => one.conversationId !== conversationId)
    if (early) {
      isAnswered = true
      accept({ turnId, seq: 1 })
    }
    process.call(store, (stored) => {
      if (isAnswered) return
      isAnswered = true
      if (stored) accept(stored.value)
      else again()
    })
    // Whoever waits for a dead process hears of it by its line.
    time.after(1500, () => {
      if (isAnswered) return
      isAnswered = true
      again()
    })
  }
  attempt()
}

interface Following {
  readonly turnId: string
  readonly done: () => void
}

function follow(world: World, needs: ClientNeeds, { turnId, done }: Following): void {
  const { time, history } = world
  const reader = `${needs.memberId} ${turnId}`
  let turn = EMPTY_TURN
  let isOver = false
  const take = (placed: PlacedTurnEvent): void => {
    if (isOver) return
    history.push({ type: 'delivered', reader, placed })
    if (placed.event.type === 'approval-needed') answerApproval(world, needs, { turnId, asked: placed.event })
    try {
      turn = assembleTurn(turn, placed)
    } catch (error) {
      isOver = true
      history.push({ type: 'gave-up', turnId, reason: String(error) })
      done()
    }
    if (!turn.end || isOver) return
    isOver = true
    history.push({ type: 'assembled', turnId, text: turn.text, status: turn.end.status })
    done()
  }
  const connect = (): void => {
    if (isOver) return
    const process = pickAlive(world, needs)
    if (!process) return time.after(RETRY_MS, connect)
    const after = { attempt: turn.attempt, n: turn.n + (world.planted.resumeOffByOne === true && turn.n > 0 ? 1 : 0) }
    serve(world, process, { turnId, after, take, isOver: () => isOver, broken: () => time.after(RETRY_MS, connect) })
  }
  connect()
}

interface Serving {
  readonly turnId: string
  readonly after: Place
  readonly take: (placed: PlacedTurnEvent) => void
  readonly isOver: () => boolean
  readonly broken: () => void
}

/** What a process does for one reader: the journal first, then live, and the journal again whenever something is missing. */
function serve(world: World, process: SimulatedProcess, { turnId, after, take, isOver, broken }: Serving): void {
  const { time, machine, planted } = world
  const life = process.life()
  let last: Place = after
  let arrivesMs = 0
  let isClosed = false
  let hasGap = false
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    stop()
    if (!isOver()) broken()
  }
  /** In order over a line that takes its time, until it breaks. */
  const send = (placed: PlacedTurnEvent): void => {
    arrivesMs = Math.max(arrivesMs + 1, time.nowMs() + Math.round(time.between(0, 8)))
    time.after(arrivesMs - time.nowMs(), () => {
      if (!isClosed) take(placed)
      if (isOver()) close()
    })
  }
  const offer = (events: readonly PlacedTurnEvent[]): void => {
    const mine = events.filter((placed) => placed.turnId === turnId)
    const fresh = planted.ignoreGaps === true ? { events: mine, hasGap: false } : continuation(last, mine)
    for (const placed of fresh.events) {
      last = placed
      send(placed)
    }
    hasGap = fresh.hasGap
    if (hasGap) read()
  }
  const read = (): void =>
    process.call(
      () => machine.read(turnId, last),
      (found) => {
        if (isClosed) return
        if (found) offer(found.value)
        else close()
      },
    )
  const stop = process.feed.listen((events) => process.later(0, () => void (isClosed || offer(events))))
  const poll = (): void => {
    if (isClosed) return
    read()
    process.later(LIMITS.pollMs, poll)
  }
  process.later(0, poll)
  const watch = (): void => {
    if (isClosed) return
    // Lines break by themselves now and then, and with the process.
    if (process.life() !== life || isOver() || time.chance(0.02)) close()
    else time.after(100, watch)
  }
  watch()
}

function pickAlive(world: World, needs: Pick<ClientNeeds, 'processes'>): SimulatedProcess | undefined {
  return world.time.pick(needs.processes.filter((process) => process.isAlive()))
}
