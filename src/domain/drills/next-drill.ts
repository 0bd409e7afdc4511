import { DRILL_NAMES, type DrillName } from './drill.ts'

/** When a drill last began, whoever asked for it. */
export interface LastDrill {
  readonly name: DrillName
  readonly beganMs: number
}

/** The drill whose last rehearsal is longest ago, if that is at least `everyMs`; null when none is owed. 0: none ever is. */
export function nextDrill(last: readonly LastDrill[], everyMs: number, nowMs: number): DrillName | null {
  if (everyMs <= 0) return null
  const beganOf = (name: DrillName): number =>
    Math.max(Number.NEGATIVE_INFINITY, ...last.filter((one) => one.name === name).map(({ beganMs }) => beganMs))
  const [longestAgo] = DRILL_NAMES.map((name) => ({ name, beganMs: beganOf(name) })).toSorted(
    // Never rehearsed twice over is no number: equal ones keep their order.
    (a, b) => (a.beganMs === b.beganMs ? 0 : a.beganMs - b.beganMs),
  )
  return longestAgo && nowMs - longestAgo.beganMs >= everyMs ? longestAgo.name : null
}
