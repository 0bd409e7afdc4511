import { checkHistory, describeBreach } from '../chaos/check-history.ts'
import { NOTHING_OBSERVED, type StoredState } from '../chaos/history.ts'
import { startClient } from './simulated-client.ts'
import { createProcess, type SimulatedProcess } from './simulated-process.ts'
import { createWorld, LIMITS, type Planted, type World } from './simulated-world.ts'
import { createVirtualTime } from './virtual-time.ts'

interface Outcome {
  /** In words; none when all held. */
  readonly breaches: readonly string[]
  readonly turns: number
  readonly attempts: number
}

const STORM_MS = 12_000
/** Promised is a turn's end within two minutes of a fault's end. */
const QUIET_MS = 60_000
const KINDS = ['kill', 'freeze', 'cut-off', 'outage'] as const

/** Some processes, some members and many faults, all of them by the seed: the same seed is the same run to the last event. */
export function simulateTurns(seed: number, planted: Planted = {}): Outcome {
  const time = createVirtualTime(seed)
  const world = createWorld(time, planted)
  const processes = Array.from({ length: 1 + Math.floor(time.between(1, 3)) }, () =>
    createProcess(world, (turnId) => piecesOf(messageOf(world, turnId))),
  )
  for (const process of processes) process.start()
  watchForStorms(world, processes)
  for (let index = 0; index < 3; index += 1)
    startClient(world, { memberId: `member ${index}`, conversationId: `talk ${index}`, questions: 3, processes })
  world.lossShare = time.chance(0.5) ? 0.03 : 0
  injectFaults(world, processes)
  time.run(STORM_MS)
  world.lossShare = 0
  time.run(STORM_MS + QUIET_MS)
  const breaches = checkHistory({
    history: world.history,
    stored: storedOf(world),
    observed: NOTHING_OBSERVED,
    answerTo: (messageId) => piecesOf(messageId).join(''),
    mayFailWith: () => false,
  }).map(describeBreach)
  const { turns } = world.machine
  const attempts = turns.reduce((sum, turn) => sum + turn.attempt, 0)
  return { breaches: [...breaches, ...world.storms], turns: turns.length, attempts }
}

function messageOf(world: World, turnId: string): string {
  return world.machine.turns.find((turn) => turn.id === turnId)?.messageId ?? 'none'
}

/** Most answers are short; one in four takes longer than a lease. */
function piecesOf(messageId: string): string[] {
  const number = Number(messageId.slice(-4))
  return Array.from({ length: number % 4 === 0 ? 80 : 6 }, (_, index) => `${number}.${index} `)
}

/** Not every run has every kind: what two kinds do together hides what one does alone. */
function injectFaults(world: World, processes: readonly SimulatedProcess[]): void {
  const { time } = world
  const kinds = KINDS.filter(() => time.chance(0.5))
  const next = (): void => {
    if (time.nowMs() >= STORM_MS) return
    injectOne(world, processes, time.pick(kinds))
    time.after(time.between(100, 2500), next)
  }
  time.after(time.between(100, 1500), next)
}

function injectOne(
  world: World,
  processes: readonly SimulatedProcess[],
  kind: (typeof KINDS)[number] | undefined,
): void {
  const { time } = world
  const process = time.pick(processes.filter((one) => one.isAlive()))
  if (kind === 'outage') world.outageUntilMs = time.nowMs() + time.between(100, 5000)
  if (!process) return
  if (kind === 'freeze') process.freeze(time.between(100, 6000))
  if (kind === 'cut-off') process.cutOff(time.between(100, 5000))
  if (kind !== 'kill') return
  process.kill()
  time.after(time.between(100, 3000), () => process.start())
}

/** A turn is taken only from those who died, froze or were away: an outage for all is no reason. */
function watchForStorms(world: World, processes: readonly SimulatedProcess[]): void {
  const { time, machine } = world
  const claim = machine.claim
  let troubledUntilMs = 0
  const trouble = (): void => {
    const isTroubled = processes.some((one) => !one.isAlive() || one.isFrozen() || one.line.isCutOff())
    if (isTroubled || world.lossShare > 0) troubledUntilMs = time.nowMs() + LIMITS.leaseMs + 1000
    time.after(50, trouble)
  }
  trouble()
  machine.claim = (wish) => {
    const claimed = claim(wish)
    for (const { id, attempt } of claimed)
      if (time.nowMs() >= troubledUntilMs && processes.some((one) => one.keeps(id)))
        world.storms.push(
          `turn ${id} was taken at ${time.nowMs()} ms, attempt ${attempt}, from a process that was well`,
        )
    return claimed
  }
}

function storedOf({ machine }: World): StoredState {
  return {
    messages: machine.messages.map((message) => ({ ...message, tokens: null, calls: [] })),
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
