import type { Breach, TimedEntry } from './history.ts'

/** What a run comes down to in numbers. */
export interface Figures {
  readonly acknowledged: number
  readonly delivered: number
  readonly operations: number
  readonly failedOperations: number
  /** Of operations with all their repeats, from 0 to 1; null when there was none. */
  readonly errorRate: number | null
  /** Each request by itself: one that is repeated counts each time. */
  readonly tries: number
  readonly failedTries: number
  readonly operationMsP95: number | null
  /** How many answers broke off before their readers: at a takeover, or because the line did. */
  readonly brokenAnswers: number
  /** The longest silence in each of those, as their readers had it. */
  readonly gapMsP95: number | null
  readonly gapMsMax: number | null
  /** The longest silence in each answer that was read as it came, whether it broke off or not. */
  readonly silenceMsP95: number | null
  readonly silenceMsMax: number | null
  readonly lost: number
  readonly duplicated: number
  readonly stuck: number
}

export function measure(history: readonly TimedEntry[], breaches: readonly Breach[]): Figures {
  const { gaps, silences } = silencesOf(history)
  const took = durationsOf(history)
  const failed = history.filter((entry) => entry.type === 'fail').length
  const repeated = history.filter((entry) => entry.type === 'retry').length
  const ended = took.length + failed
  const count = (pattern: RegExp): number => breaches.filter(({ what }) => pattern.test(what)).length
  return {
    acknowledged: history.filter((entry) => entry.type === 'acked').length,
    delivered: history.filter((entry) => entry.type === 'delivered').length,
    operations: ended,
    failedOperations: failed,
    errorRate: ended === 0 ? null : failed / ended,
    tries: ended + repeated,
    failedTries: failed + repeated,
    operationMsP95: round(percentile(took, 0.95)),
    brokenAnswers: gaps.length,
    gapMsP95: round(percentile(gaps, 0.95)),
    gapMsMax: round(percentile(gaps, 1)),
    silenceMsP95: round(percentile(silences, 0.95)),
    silenceMsMax: round(percentile(silences, 1)),
    lost: count(/ is lost$/),
    duplicated: count(/is stored \d+ times|has ([2-9]|\d\d) answers/),
    stuck: count(/^turn \S+ is (queued|running|waiting)/),
  }
}

function durationsOf(history: readonly TimedEntry[]): number[] {
  const begun = new Map<string, number>()
  const took: number[] = []
  for (const entry of history) {
    if (entry.type === 'invoke') begun.set(entry.operation, entry.atMs)
    const atMs = entry.type === 'ok' ? begun.get(entry.operation) : undefined
    if (atMs !== undefined) took.push(entry.atMs - atMs)
  }
  return took
}

/** Of each answer that was read as it came the longest time in which its reader heard nothing, from the acknowledgement on; those that broke off apart. */
function silencesOf(history: readonly TimedEntry[]): { readonly gaps: number[]; readonly silences: number[] } {
  const lastMs = new Map<string, number>()
  const longestMs = new Map<string, number>()
  const broken = new Set<string>()
  const read = new Set<string>()
  for (const entry of history) {
    const turnId = turnOf(entry)
    if (turnId === null) continue
    if (entry.type === 'delivered') read.add(turnId)
    if (entry.type === 'broken' || (entry.type === 'delivered' && entry.placed.event.type === 'turn-restart'))
      broken.add(turnId)
    if (entry.type === 'broken') continue
    const before = lastMs.get(turnId)
    lastMs.set(turnId, entry.atMs)
    if (before !== undefined) longestMs.set(turnId, Math.max(longestMs.get(turnId) ?? 0, entry.atMs - before))
  }
  const longest = (turnIds: Iterable<string>): number[] => [...turnIds].flatMap((turnId) => longestMs.get(turnId) ?? [])
  return { gaps: longest(broken), silences: longest(read) }
}

/** Which answer its reader heard something of; null: of none. */
function turnOf(entry: TimedEntry): string | null {
  if (entry.type === 'delivered') return entry.placed.turnId
  return 'turnId' in entry && entry.type !== 'cancelled' ? entry.turnId : null
}

/** The smallest value that a share of all do not exceed; null of none. */
function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}
