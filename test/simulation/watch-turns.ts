import type { SimulatedProcess } from './simulated-process.ts'
import { FAILURE_MS, LIMITS, type World } from './simulated-world.ts'

/** How long after a trouble of its owner a turn may still be taken from it. */
const MARGIN_MS = LIMITS.leaseMs + 1000
/** Within this after an outage every owner has renewed, whatever failed it last. */
const RETURN_MS = LIMITS.heartbeatMs + FAILURE_MS + 100

/** A turn is taken only from those who died, froze or were away: an outage for all is no reason. */
export function watchForStorms(world: World, processes: readonly SimulatedProcess[]): void {
  const { time, machine } = world
  const claim = machine.claim
  machine.claim = (wish) => {
    const claimed = claim(wish)
    const nowMs = time.nowMs()
    if (world.lossShare > 0 || nowMs < world.lossUntilMs || isUnaware(world, processes, wish.processId)) return claimed
    // What a hang kept from being done counts as done when it began.
    const seenMs = nowMs < world.hangUntilMs + RETURN_MS ? Math.min(nowMs, world.hangFromMs) : nowMs
    for (const { id, attempt } of claimed)
      if (processes.some((one) => one.keeps(id) && seenMs >= one.wellFromMs() + MARGIN_MS))
        world.broken.push(`turn ${id} was taken at ${nowMs} ms, attempt ${attempt}, from a process that was well`)
    return claimed
  }
}

/** Who started or woke after an outage has met nothing of it; until all others are back they may be taken for dead. */
function isUnaware(
  { time, outageUntilMs, hangUntilMs }: World,
  processes: readonly SimulatedProcess[],
  id: string,
): boolean {
  const taker = processes.find((one) => one.id() === id)
  const backMs = Math.max(outageUntilMs, hangUntilMs)
  return taker !== undefined && taker.metFromMs() >= backMs && time.nowMs() < backMs + RETURN_MS
}

/** A yes that was heard is acted upon: if the call is told of, then as done, or as what nobody knows. */
export function checkApproved({ approved, machine }: World): string[] {
  return machine.messages.flatMap(({ role, turnId, status, calls }) => {
    if (role !== 'assistant' || status !== 'complete' || !approved.has(turnId)) return []
    const last = calls.at(-1)
    const isActedUpon = last === undefined || last.ok || /not known whether/.test(last.summary)
    return isActedUpon ? [] : [`turn ${turnId} was approved, and its answer says: ${last.summary}`]
  })
}
