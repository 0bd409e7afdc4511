/** One level of load that was tried. */
export interface Step {
  readonly level: number
  /** All objectives held at it. */
  readonly holds: boolean
}

export interface Knee {
  /** The highest level that held with none broken below it; null when not even the lowest did. */
  readonly level: number | null
  /** The lowest level that broke; null when none did: the knee lies higher than was tried. */
  readonly brokenAt: number | null
}

export interface Search {
  readonly first: number
  /** By which the load is raised while all holds. */
  readonly factor: number
  readonly most: number
  /** How often the span between what held and what broke is halved. */
  readonly halvings: number
}

/** Where capacity ends. A level that held above one that broke was luck and counts for nothing. */
export function findKnee(steps: readonly Step[]): Knee {
  const broken = steps.filter(({ holds }) => !holds).map(({ level }) => level)
  const brokenAt = broken.length === 0 ? null : Math.min(...broken)
  const held = steps.filter(({ level, holds }) => holds && (brokenAt === null || level < brokenAt))
  return { level: held.length === 0 ? null : Math.max(...held.map(({ level }) => level)), brokenAt }
}

/** The level to try next, after these in their order; null when the knee is found as closely as was asked. */
export function nextLevel(steps: readonly Step[], { first, factor, most, halvings }: Search): number | null {
  if (steps.length === 0) return first
  const { level, brokenAt } = findKnee(steps)
  if (brokenAt === null) {
    const reached = level ?? first
    return reached >= most ? null : Math.min(most, Math.ceil(reached * factor))
  }
  // Down until something holds at all.
  if (level === null) return Math.floor(brokenAt / factor) || null
  const middle = Math.floor((level + brokenAt) / 2)
  return countHalvings(steps) >= halvings || middle === level ? null : middle
}

/** What came after the first step by which both an end that holds and one that breaks were known. */
function countHalvings(steps: readonly Step[]): number {
  const [held, broken] = [true, false].map((wanted) => steps.findIndex(({ holds }) => holds === wanted))
  return steps.length - 1 - Math.max(held ?? 0, broken ?? 0)
}
