import { checkHistory, describeBreach } from '../chaos/check-history.ts'
import { NOTHING_OBSERVED, type StoredState } from '../chaos/history.ts'
import { startClient } from './simulated-client.ts'
import { createProcess, type SimulatedProcess } from './simulated-process.ts'
import type { Work } from './simulated-run.ts'
import { createWorld, LIMITS, type Planted, type World } from './simulated-world.ts'
import { createVirtualTime } from './virtual-time.ts'
import { checkApproved, watchForStorms } from './watch-turns.ts'

interface Outcome {
  /** In words; none when all held. */
  readonly breaches: readonly string[]
  readonly turns: number
  readonly attempts: number
  /** Calls with side effects that were sent. */
  readonly calls: number
}

const STORM_MS = 12_000
/** Promised is a turn's end within two minutes of a fault's end. */
const QUIET_MS = 60_000
/** What is frozen or under way when all is answered still comes within this. */
const AFTERMATH_MS = 8000
const MEMBERS = 3

/** Some processes, some members and many faults, all of them by the seed: the same seed is the same run to the last event. */
export function simulateTurns(seed: number, planted: Planted = {}): Outcome {
  const time = createVirtualTime(seed)
  const world = createWorld(time, planted)
  const processes = Array.from({ length: 1 + Math.floor(time.between(1, 3)) }, (_, index) =>
    createProcess(world, { name: `process ${index}`, workOn: (held) => workOn(world, held) }),
  )
  for (const process of processes) process.start()
  watchForStorms(world, processes)
  let answered = 0
  for (let index = 0; index < MEMBERS; index += 1)
    startClient(world, {
      memberId: `member ${index}`,
      conversationId: `talk ${index}`,
      questions: 3,
      processes,
      done: () => (answered += 1),
    })
  world.lossShare = time.chance(0.5) ? 0.03 : 0
  injectFaults(world, processes)
  time.run(STORM_MS)
  if (world.lossShare > 0) world.lossUntilMs = STORM_MS + LIMITS.leaseMs + 1000
  world.lossShare = 0
  const isQuiet = (): boolean => answered === MEMBERS && !world.machine.turns.some(world.machine.isOpen)
  for (let untilMs = STORM_MS; untilMs < STORM_MS + QUIET_MS && !isQuiet(); untilMs += 1000) time.run(untilMs)
  time.run(time.nowMs() + AFTERMATH_MS)
  return outcomeOf(world)
}

function outcomeOf(world: World): Outcome {
  const { history, machine, orders, broken } = world
  const effects = orders.effects()
  const breaches = checkHistory({
    history,
    stored: storedOf(world),
    observed: { ...NOTHING_OBSERVED, effects },
    answerTo: (messageId) => piecesOf(messageId).join(''),
    mayFailWith: () => false,
  }).map(describeBreach)
  const { turns } = machine
  return {
    breaches: [...breaches, ...broken, ...checkApproved(world)],
    turns: turns.length,
    attempts: turns.reduce((sum, turn) => sum + turn.attempt, 0),
    calls: effects.reduce((sum, effect) => sum + effect.calls, 0),
  }
}

/** Most answers are short; one in four takes longer than a lease. */
function piecesOf(messageId: string): string[] {
  const number = Number(messageId.slice(-4))
  return Array.from({ length: number % 4 === 0 ? 80 : 6 }, (_, index) => `${number}.${index} `)
}

/** An order has an effect somewhere in its answer; the model of a later attempt may forget to call for it. */
function workOn({ time, machine }: World, { id, attempt }: { readonly id: string; readonly attempt: number }): Work {
  const message = machine.messages.find((one) => one.turnId === id && one.role === 'user')
  const pieces = piecesOf(message?.id ?? 'none')
  const calls = message?.text.startsWith('order') === true && (attempt === 1 || time.chance(0.85))
  return { pieces, callsAt: calls ? pieces.length - Math.floor(time.between(0, 5)) : null }
}

type Fault = (world: World, process: SimulatedProcess | undefined) => void

/** The process is one of those that are there. */
const FAULTS: readonly Fault[] = [
  function kill(world, process) {
    process?.kill()
    startLater(world, process)
  },
  function end(world, process) {
    const how = world.time.pick(['end', 'endAsking'] as const) ?? 'end'
    process?.[how](world.time.between(0, 3000), () => startLater(world, process))
  },
  ({ time }, process) => process?.freeze(time.between(100, 6000)),
  ({ time }, process) => process?.cutOff(time.between(100, 5000)),
  breakDatabase,
  hangDatabase,
]

function startLater({ time }: World, process: SimulatedProcess | undefined): void {
  time.after(time.between(100, 3000), () => process?.start())
}

/** Not every run has every fault: what two do together hides what one does alone. */
function injectFaults(world: World, processes: readonly SimulatedProcess[]): void {
  const { time } = world
  const faults = FAULTS.filter(() => time.chance(0.5))
  const next = (): void => {
    if (time.nowMs() >= STORM_MS) return
    const process = time.pick(processes.filter((one) => one.isAlive()))
    time.pick(faults)?.(world, process)
    time.after(time.between(100, 2500), next)
  }
  time.after(time.between(100, 1500), next)
}

/** The database is away for all; now and then somebody dies with it, and starts while it is. */
function breakDatabase(world: World, process: SimulatedProcess | undefined): void {
  const { time } = world
  const lastsMs = Math.round(time.between(100, 5000))
  world.outageUntilMs = time.nowMs() + lastsMs
  if (!process || time.chance(0.5)) return
  process.kill()
  time.after(time.between(0, lastsMs), () => process.start())
}

/** Nothing is answered for a while, and then all of it is. One hang may go over into the next. */
function hangDatabase(world: World): void {
  const { time } = world
  const nowMs = time.nowMs()
  if (nowMs >= world.hangUntilMs) world.hangFromMs = nowMs
  world.hangUntilMs = Math.max(world.hangUntilMs, nowMs + Math.round(time.between(100, 6000)))
}

function storedOf({ machine }: World): StoredState {
  return {
    messages: machine.messages.map(({ calls, ...message }) => ({
      ...message,
      tokens: null,
      calls: calls.map((call) => ({ tool: 'place_order', ...call })),
    })),
    turns: machine.turns.map(({ id, messageId, status, attempt }) => ({
      id,
      messageId,
      status,
      attempt,
      errorCode: null,
    })),
    events: [...machine.events.values()].flat(),
    ledger: [],
    drafts: [],
  }
}
