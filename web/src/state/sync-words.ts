import type { Finding, Freshness, Sync, SyncRun } from '#contract/sync.ts'
import type { Signal } from './skill-figures.ts'
import { countWords, durationWords, labelWords, plural, withDayWords } from './words.ts'

interface Look {
  readonly signal: Signal
  readonly words: string
}

/** What a source's line has to warn of; null when its words are enough. */
export function freshnessLook(state: Freshness['state']): Look | null {
  if (state === 'stale') return { signal: 'watch', words: 'Out of date' }
  return state === 'never' ? { signal: 'unknown', words: 'No data yet' } : null
}

/** The connection a record was copied from: what stands before the colon of its id. */
export function sourceOf(recordId: string): string | null {
  const end = recordId.indexOf(':')
  return end > 0 ? recordId.slice(0, end) : null
}

type Standing = Pick<Sync, 'enabled' | 'failures' | 'freshness'>

/** How a sync does; null for one that was switched off, which is neither good nor bad. */
export function syncLook({ enabled, failures, freshness }: Standing): Look | null {
  if (!enabled) return null
  if (failures > 0) return { signal: failures > 1 ? 'risk' : 'watch', words: failures > 1 ? 'Fails' : 'Failed once' }
  return freshnessLook(freshness.state) ?? { signal: 'good', words: 'Up to date' }
}

export function isUnderWay(run: Pick<SyncRun, 'status'> | null | undefined): boolean {
  return run?.status === 'waiting' || run?.status === 'running'
}

/** `every hour`, `every 15 min`, `every day`, `every 90 min`. */
export function everyWords(minutes: number): string {
  const named: Readonly<Record<number, string>> = { 1: 'minute', 60: 'hour', 1440: 'day', 10_080: 'week' }
  const name = named[minutes]
  if (name !== undefined) return `every ${name}`
  if (minutes % 1440 === 0) return `every ${minutes / 1440} days`
  return minutes % 60 === 0 ? `every ${minutes / 60} hours` : `every ${countWords(minutes)} min`
}

type Counts = SyncRun['counts'][string]

/** What became of the records of one kind: `12 new, 3 changed`. Faulty ones are told apart, in `faultyWords`. */
export function countsWords({ created, changed, unchanged, removed, merged }: Counts): string {
  const parts: readonly (readonly [number, string])[] = [
    [created, 'new'],
    [changed, 'changed'],
    [unchanged, 'as before'],
    [removed, 'removed'],
    [merged, 'merged'],
  ]
  const said = parts.flatMap(([count, words]) => (count > 0 ? [`${countWords(count)} ${words}`] : []))
  return said.join(', ')
}

export function faultyWords({ faulty }: Pick<Counts, 'faulty'>): string | null {
  return faulty === 0 ? null : `${countWords(faulty)} faulty`
}

export function readTotal(run: Pick<SyncRun, 'counts'>): number {
  return Object.values(run.counts).reduce((sum, counts) => sum + counts.read, 0)
}

/** The counts of a run in the order of the mapping's reads; stored ones come in an order of their own. */
export function orderCounts(counts: SyncRun['counts'], mappingText: string): [name: string, counts: Counts][] {
  const names = [...mappingText.matchAll(/^[ \t]*(?:-[ \t]+)?name:[ \t]*['"]?([^'"\n#]+)/gm)]
  const order = names.map((match) => match[1]?.trim() ?? '')
  const placeOf = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  return Object.entries(counts).toSorted(([one], [other]) => placeOf(one) - placeOf(other))
}

/** How a run ended. */
export function runLook(run: SyncRun): Look {
  if (run.status === 'failed') return { signal: 'risk', words: 'Failed' }
  const isPart = run.faults > 0
  const signal = isPart ? 'watch' : 'good'
  if (run.dryRun) return { signal: isPart ? 'watch' : 'unknown', words: 'Tried only, nothing stored' }
  if (readTotal(run) === 0 && !isPart) return { signal, words: 'Nothing had changed' }
  return { signal, words: isPart ? 'Stored, but not all of it' : 'Stored' }
}

/** What a run was about, how long it took and what it cost the other side. */
export function runNote(run: SyncRun): string {
  const { status, full, startedAt, endedAt, calls, waitedMs } = run
  const tookMs = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : null
  const parts = [
    `${full ? 'Everything' : 'What changed'} ${status === 'failed' ? 'was to be read' : 'was read'}`,
    tookMs === null ? null : `took ${durationWords(tookMs)}`,
    plural(calls, 'call'),
    waitedMs >= 1000 ? `${durationWords(waitedMs)} of it waiting, because it asked for that` : null,
  ]
  return parts.filter((part) => part !== null).join(', ')
}

/**
 * How far a run that reads everything is, by how much the last such run read; the far end never says how much there is. Null
 * when there is nothing to compare with.
 */
export function runProgress(
  run: SyncRun,
  earlier: readonly SyncRun[],
  nowMs: number,
): { share: number; leftMs: number | null } | null {
  const like = earlier.find((one) => one.full && one.status === 'complete' && one.id !== run.id)
  const expected = like && run.full ? readTotal(like) : 0
  if (expected === 0) return null
  const share = Math.min(0.99, readTotal(run) / expected)
  const goneMs = run.startedAt ? nowMs - Date.parse(run.startedAt) : 0
  return { share, leftMs: share < 0.05 || goneMs <= 0 ? null : (goneMs / share) * (1 - share) }
}

/** A name of a read as one sees it: `Companies`. */
export const readWords = labelWords

type Fields = Readonly<Record<string, string | null>>

const TITLES = ['name', 'subject', 'title', 'kind']

/** What a record of a preview is called; null when it has nothing to be called by. */
export function previewTitle(fields: Fields): string | null {
  const name = TITLES.find((one) => fields[one])
  return name === undefined ? null : (fields[name] ?? null)
}

/** The other fields of a record of a preview, as names and values; what is empty is left out. */
export function previewFields(fields: Fields): { name: string; value: string }[] {
  const title = TITLES.find((one) => fields[one])
  const amount = 'value'
  return Object.entries(fields).flatMap(([name, value]) => {
    if (value === null || value === '' || name === title || (name === 'currency' && fields[amount])) return []
    const currency = name === amount ? ` ${fields['currency'] ?? ''}` : ''
    return [{ name: labelWords(name), value: `${withDayWords(value)}${currency}`.trim() }]
  })
}

/** How the server's note names what has to be accepted. */
const ACCEPT = '"acceptRemovals"'

type Told = Pick<SyncRun, 'status' | 'dryRun' | 'full'> & { readonly findings: readonly Finding[] }

/**
 * Removals that wait for a person, in words: those of the newest run that told of any, unless everything was read since.
 * Runs are newest first.
 */
export function waitingRemovals(runs: readonly Told[]): string[] {
  for (const run of runs) {
    if (run.dryRun || run.status !== 'complete') continue
    const notes = run.findings.filter(isRemovalNote)
    if (notes.length > 0) return notes.map(({ reason }) => firstSentences(reason))
    if (run.full) return []
  }
  return []
}

/** Told apart from other notes because something can be done about it here. */
function isRemovalNote({ sort, reason }: Pick<Finding, 'sort' | 'reason'>): boolean {
  return sort === 'note' && reason.includes(ACCEPT)
}

/** Without the sentence for those who run it from a program. */
function firstSentences(reason: string): string {
  return reason
    .split(/(?<=\.)\s+/)
    .filter((sentence) => !sentence.includes(ACCEPT))
    .join(' ')
}

const SORTS: Readonly<Record<Finding['sort'], { readonly one: string; readonly says: string }>> = {
  note: { one: 'note', says: 'For a person to decide.' },
  conflict: { one: 'conflict', says: 'Changed here and there. The later change stands.' },
  fault: { one: 'fault', says: 'Left out until it is mended there.' },
}

/** What is wrong with several records in the same way, told once. */
interface Ailment extends Pick<Finding, 'kind' | 'field' | 'reason' | 'value'> {
  readonly count: number
  readonly sourceIds: readonly string[]
}

/** Findings that say the same, put together; the most frequent first. */
export function groupAilments(items: readonly Finding[]): Ailment[] {
  const groups = Map.groupBy(items, ({ kind, field, reason, value }) => JSON.stringify([kind, field, reason, value]))
  const ailments = [...groups.values()].flatMap((alike) => {
    const [first] = alike
    if (!first) return []
    const { kind, field, reason, value } = first
    const sourceIds = alike.flatMap(({ sourceId }) => (sourceId === null ? [] : [sourceId]))
    return [{ kind, field, reason, value, count: alike.length, sourceIds }]
  })
  return ailments.toSorted((one, other) => other.count - one.count)
}

interface FindingGroup {
  readonly sort: Finding['sort']
  readonly title: string
  readonly says: string
  readonly items: readonly Finding[]
}

/** Findings by sort: what needs a decision first. Counts are of the run; no more than the first hundred are listed. */
export function groupFindings(run: {
  readonly findings: readonly Finding[]
  readonly faults: number
  readonly conflicts: number
}): FindingGroup[] {
  return (['note', 'conflict', 'fault'] as const).flatMap((sort) => {
    const items = run.findings.filter((one) => one.sort === sort && !isRemovalNote(one))
    const count = sort === 'fault' ? run.faults : sort === 'conflict' ? run.conflicts : items.length
    if (count === 0) return []
    const cut = items.length > 0 && items.length < count ? `, the first ${countWords(items.length)} here` : ''
    return [{ sort, title: `${plural(count, SORTS[sort].one)}${cut}`, says: SORTS[sort].says, items }]
  })
}
