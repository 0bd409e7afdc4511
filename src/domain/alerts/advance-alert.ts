/** An alert of one rule and subject that is not over. Times in milliseconds since 1970. */
export interface ActiveAlert {
  readonly state: 'pending' | 'firing'
  /** Since when its condition holds. */
  readonly sinceMs: number
  readonly firedAtMs: number | null
  /** Since when it no longer holds; null while it does. */
  readonly clearSinceMs: number | null
  /** As last measured while it held. */
  readonly value: number
}

export interface Moment {
  readonly isHolding: boolean
  readonly value: number
  readonly nowMs: number
  /** It must hold so long before it fires, and be over so long before it is resolved. */
  readonly forMs: number
  readonly holdMs: number
}

export type Change = 'none' | 'fired' | 'resolved' | 'dropped'

export interface Step {
  /** null: there is nothing (any more). */
  readonly next: ActiveAlert | null
  readonly change: Change
}

/** Pending, firing, resolved: one step of one alert. A pending one that is over leaves no trace. */
export function advanceAlert(active: ActiveAlert | null, moment: Moment): Step {
  const { isHolding, value, nowMs, forMs, holdMs } = moment
  if (!active) {
    if (!isHolding) return { next: null, change: 'none' }
    const begun: ActiveAlert = { state: 'pending', sinceMs: nowMs, firedAtMs: null, clearSinceMs: null, value }
    return fireWhenDue(begun, nowMs, forMs)
  }
  if (isHolding) return fireWhenDue({ ...active, value, clearSinceMs: null }, nowMs, forMs)
  if (active.state === 'pending') return { next: null, change: 'dropped' }
  const clearSinceMs = active.clearSinceMs ?? nowMs
  if (nowMs - clearSinceMs >= holdMs) return { next: null, change: 'resolved' }
  return { next: { ...active, clearSinceMs }, change: 'none' }
}

function fireWhenDue(alert: ActiveAlert, nowMs: number, forMs: number): Step {
  if (alert.state === 'firing' || nowMs - alert.sinceMs < forMs) return { next: alert, change: 'none' }
  return { next: { ...alert, state: 'firing', firedAtMs: nowMs }, change: 'fired' }
}
