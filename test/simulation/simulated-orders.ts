import type { SideEffect } from '../chaos/history.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A server outside with one tool that has an effect. It is there whatever becomes of the database, and of who called. */
export type Orders = ReturnType<typeof createOrders>

/** Before the effect, and once more before the answer: whoever calls may die in either. */
const HALF_MS = 400

/** It knows keys: what comes under a key it has seen is answered and not done again. What came and what was done it counts. */
export function createOrders(time: VirtualTime) {
  const effects = new Map<string, { readonly order: string; calls: number; count: number }>()
  return {
    effects: (): SideEffect[] => [...effects].map(([key, effect]) => ({ key, ...effect })),
    place({ key, order }: { readonly key: string; readonly order: string }, done: () => void): void {
      const effect = effects.get(key) ?? { order, calls: 0, count: 0 }
      effects.set(key, effect)
      effect.calls += 1
      const isFirst = effect.calls === 1
      time.after(time.between(1, HALF_MS), () => {
        if (isFirst) effect.count += 1
        time.after(time.between(1, HALF_MS), done)
      })
    },
  }
}
