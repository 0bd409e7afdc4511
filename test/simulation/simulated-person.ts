import type { TurnEvent } from '#contract/turn-events.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import { LIMITS, RETRY_MS, type World } from './simulated-world.ts'

interface Asking {
  readonly turnId: string
  readonly asked: Extract<TurnEvent, { readonly type: 'approval-needed' }>
}

interface PersonNeeds {
  readonly memberId: string
  readonly processes: readonly SimulatedProcess[]
}

/** Now and then nobody answers at all. */
const SILENT_SHARE = 0.15
const NO_SHARE = 0.2
/** Whoever reads that it may have happened already often leaves it at that. */
const NO_TO_REPEAT_SHARE = 0.4

/** A member's yes or no, some time after they were asked and maybe too late, said until it is heard or refused. */
export function answerApproval(world: World, needs: PersonNeeds, { turnId, asked }: Asking): void {
  const { time, machine, history } = world
  if (time.chance(SILENT_SHARE)) return
  const { callId } = asked
  const endsMs = Date.parse(asked.expiresAt)
  const approve = !time.chance(asked.note === undefined ? NO_SHARE : NO_TO_REPEAT_SHARE)
  let isTold = false
  const tell = (): void => {
    if (!isTold) history.push({ type: 'decided', turnId, callId, isApproved: approve })
    isTold = true
  }
  const say = (): void => {
    const process = time.pick(needs.processes.filter((one) => one.isAlive()))
    const again = (): void => time.after(RETRY_MS, say)
    if (!process) return again()
    let isAnswered = false
    const hear = (heard: { readonly value: string } | undefined): void => {
      if (isAnswered) return
      isAnswered = true
      // The word of it may be lost on its way, too.
      if (heard === undefined || time.chance(0.05)) {
        tell()
        return again()
      }
      if (heard.value !== 'decided' && heard.value !== 'same') return
      tell()
      if (approve) world.approved.add(turnId)
    }
    const decide = (): string => {
      const outcome = machine.decide({ memberId: needs.memberId, turnId, callId, approve, nowMs: time.nowMs() })
      if (outcome === 'decided' && time.nowMs() >= endsMs)
        world.broken.push(`turn ${turnId} took an answer ${time.nowMs() - endsMs} ms after its time`)
      return outcome
    }
    process.call(decide, (heard) => {
      if (heard?.value === 'decided') process.heed(turnId)
      hear(heard)
    })
    // Whoever waits for a dead process hears of it by its line.
    time.after(1500, () => hear(undefined))
  }
  // Some answer in the last moment, or after it.
  const isLate = time.chance(0.2)
  time.after(isLate ? endsMs - time.nowMs() + time.between(-300, 600) : time.between(20, LIMITS.approvalMs / 3), say)
}
