import { createFreezable } from './freezable.ts'
import type { World } from './simulated-world.ts'

/** When a process is there and well. What it does, it does in one life only, and not while it is frozen. */
export type Life = ReturnType<typeof createLife>

export function createLife(world: World, name: string) {
  const { time } = world
  let number = 0
  let isOpen = false
  let openedMs = 0
  let metFromMs = 0
  let cutOffUntilMs = 0
  let failedMs = Number.NEGATIVE_INFINITY
  const line = { isCutOff: () => time.nowMs() < cutOffUntilMs }
  const { freeze, frozenUntilMs, later: laterInAnyLife } = createFreezable(time)
  const later = (ms: number, work: () => void): void => {
    const mine = number
    laterInAnyLife(ms, () => void (mine === number && work()))
  }
  return {
    later,
    /** Asks the database for something. */
    call<Result>(work: () => Result, done: (result: { readonly value: Result } | undefined) => void): void {
      const mine = number
      world.call(line, work, (result) => {
        if (mine !== number) return
        later(0, () => {
          if (result === undefined) failedMs = time.nowMs()
          done(result)
        })
      })
    },
    number: () => number,
    /** Another one in each life, as the product has it. */
    id: () => `${name}, life ${number}`,
    isOpen: () => isOpen,
    /** Since when nothing has kept it from its work; a time to come while something does. */
    wellFromMs: () => Math.max(openedMs, frozenUntilMs(), cutOffUntilMs),
    /** Since when it would have met an outage. */
    metFromMs: () => Math.max(metFromMs, frozenUntilMs()),
    /** When it last heard that the database had failed it. */
    failedMs: () => failedMs,
    /** It is started, and asks for the database. */
    begin(): void {
      metFromMs = time.nowMs()
    },
    open(): void {
      isOpen = true
      openedMs = time.nowMs()
    },
    end(): void {
      isOpen = false
      number += 1
    },
    freeze,
    cutOff(ms: number): void {
      cutOffUntilMs = Math.max(cutOffUntilMs, time.nowMs() + ms)
    },
  }
}
