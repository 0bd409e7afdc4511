/** What may be taken for a figure, and what is aimed at. */
export interface Target {
  readonly mostMs: number
  readonly aimMs: number
}

/** What a disaster may take. */
export const DRILL_TARGETS = {
  detection: { mostMs: 30_000, aimMs: 17_000 },
  recovery: { mostMs: 120_000, aimMs: 30_000 },
  deploy: { mostMs: 300_000, aimMs: 60_000 },
} as const satisfies Record<string, Target>

/** How a figure stands beside its target; `unknown`: it was not seen. */
export type Standing = 'aim' | 'target' | 'missed' | 'unknown'

export function standingOf(ms: number | null, { mostMs, aimMs }: Target): Standing {
  if (ms === null) return 'unknown'
  if (ms <= aimMs) return 'aim'
  return ms <= mostMs ? 'target' : 'missed'
}
