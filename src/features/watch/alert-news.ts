import type { OpenAlerts } from '#contract/watch.ts'
import type { StoredAlert } from './alerts-store.ts'

/** Word of what fires and may soon, for those who listen at this process. */
export interface AlertNews {
  /** What was read in this round; told only when it is other than before. */
  update(active: readonly StoredAlert[]): void
  /** Told at once as far as it is known, then whenever an alert has changed its state; answers how to stop. */
  hear(listener: (open: OpenAlerts) => void): () => void
}

export function createAlertNews(): AlertNews {
  const listeners = new Set<(open: OpenAlerts) => void>()
  let known: OpenAlerts | null = null
  return {
    update(active) {
      const open = { alerts: active.flatMap(presentOpen) }
      if (JSON.stringify(open) === JSON.stringify(known)) return
      known = open
      for (const listener of listeners) listener(open)
    },
    hear(listener) {
      listeners.add(listener)
      if (known) listener(known)
      return () => void listeners.delete(listener)
    },
  }
}

function presentOpen({ ruleId, subject, state, since }: StoredAlert): OpenAlerts['alerts'] {
  return state === 'resolved' ? [] : [{ rule: ruleId, subject, state, since: since.toISOString() }]
}
