import { daysBetween, monthStart, type Day } from '../day.ts'
import { cosine } from './embed-hashed.ts'
import { contradictionOf, overlapOf } from './likeness.ts'
import { isSameSubject, type KnownMemory, type MemorySubjectRef } from './memory.ts'
import { stemsOf } from './words.ts'

export type Consolidation =
  /** The kept one stays as it is, with this strength; the others become `merged` into it. */
  | {
      readonly kind: 'merge'
      readonly keepId: string
      readonly mergedIds: readonly string[]
      readonly strength: number
    }
  /** A new episode with this text (sentences taken from the old ones); those become `merged` into it. */
  | {
      readonly kind: 'summarise'
      readonly memoryIds: readonly string[]
      readonly text: string
      readonly subject: MemorySubjectRef | null
      readonly onDay: Day
      readonly strength: number
    }

/** Episodes older than this, faded below the strength, are gathered by subject and month. */
const OLD_DAYS = 60
const FADED = 0.3
const LEAST_EPISODES = 3
const SUMMARY_SENTENCES = 4
const SUMMARY_CHARACTERS = 600
const DUPLICATE_COSINE = 0.93
const DUPLICATE_OVERLAP = 0.85

/**
 * What the nightly look over one owner's active memories of one audience should do; nothing for a tidy list. Pinned ones
 * are kept as they stand. Deterministic: the order of the input does not matter.
 */
export function consolidate(known: readonly KnownMemory[], today: Day): Consolidation[] {
  const inOrder = known.toSorted(compareKeeping)
  const merges = mergeDuplicates(inOrder)
  const gone = new Set(merges.flatMap((merge) => (merge.kind === 'merge' ? [merge.keepId, ...merge.mergedIds] : [])))
  return [
    ...merges,
    ...summariseEpisodes(
      inOrder.filter((memory) => !gone.has(memory.id)),
      today,
    ),
  ]
}

/** Whom to keep of two alike: pinned, then stronger, then newer, then by id. */
function compareKeeping(a: KnownMemory, b: KnownMemory): number {
  if (a.isPinned !== b.isPinned) return a.isPinned ? -1 : 1
  if (a.strength !== b.strength) return b.strength - a.strength
  if (a.onDay !== b.onDay) return a.onDay < b.onDay ? 1 : -1
  return a.id < b.id ? -1 : 1
}

function mergeDuplicates(inOrder: readonly KnownMemory[]): Consolidation[] {
  const merged = new Set<string>()
  return inOrder.flatMap((keep, place) => {
    if (merged.has(keep.id)) return []
    const same = inOrder
      .slice(place + 1)
      .filter((other) => !other.isPinned && !merged.has(other.id) && isDuplicate(keep, other))
    if (same.length === 0) return []
    for (const other of same) merged.add(other.id)
    const strength = Math.min(
      1,
      same.reduce((sum, other) => sum + 0.25 * other.strength, keep.strength),
    )
    return [{ kind: 'merge' as const, keepId: keep.id, mergedIds: same.map((other) => other.id), strength }]
  })
}

function isDuplicate(a: KnownMemory, b: KnownMemory): boolean {
  if (a.kind !== b.kind || a.slot !== b.slot || !isSameSubject(a.subject, b.subject)) return false
  if (a.embedding && b.embedding && cosine(a.embedding, b.embedding) < DUPLICATE_COSINE) return false
  return overlapOf(a.text, b.text) >= DUPLICATE_OVERLAP && contradictionOf(a.text, b.text) === null
}

function summariseEpisodes(memories: readonly KnownMemory[], today: Day): Consolidation[] {
  const old = memories.filter(
    (memory) =>
      memory.kind === 'episode' &&
      !memory.isPinned &&
      memory.strength < FADED &&
      daysBetween(memory.onDay, today) > OLD_DAYS,
  )
  const groups = Map.groupBy(old, ({ subject, onDay }) =>
    JSON.stringify([subject?.kind, subject?.id, monthStart(onDay)]),
  )
  return [...groups.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, episodes]) => (episodes.length < LEAST_EPISODES ? [] : summarise(episodes)))
}

function summarise(episodes: readonly KnownMemory[]): Consolidation[] {
  const byDay = episodes.toSorted((a, b) => (a.onDay < b.onDay ? -1 : a.onDay > b.onDay ? 1 : a.id < b.id ? -1 : 1))
  const last = byDay.at(-1)
  const text = pickSentences(byDay.map((episode) => episode.text)).join(' ')
  if (!last || text === '') return []
  return [
    {
      kind: 'summarise',
      memoryIds: byDay.map((episode) => episode.id),
      text,
      subject: last.subject,
      onDay: last.onDay,
      strength: Math.max(...byDay.map((episode) => episode.strength)),
    },
  ]
}

/** The sentences that share most with the others, each saying something new, in the order they were said. */
function pickSentences(texts: readonly string[]): string[] {
  const sentences = texts
    .flatMap((text) => text.split(/(?<=[.!?])\s+/))
    .map((text, place) => ({ text, place, stems: new Set(stemsOf(text)) }))
  const counts = new Map<string, number>()
  for (const stem of sentences.flatMap((sentence) => [...sentence.stems])) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  const worthOf = (stems: ReadonlySet<string>, said: ReadonlySet<string>): number =>
    [...stems].reduce((sum, stem) => sum + (said.has(stem) ? 0 : (counts.get(stem) ?? 0)), 0) /
    Math.sqrt(stems.size + 1)
  const picked: typeof sentences = []
  const said = new Set<string>()
  let characters = 0
  while (picked.length < SUMMARY_SENTENCES) {
    const best = sentences
      .filter((sentence) => !picked.includes(sentence) && characters + sentence.text.length <= SUMMARY_CHARACTERS)
      .map((sentence) => ({ sentence, worth: worthOf(sentence.stems, said) }))
      .toSorted((a, b) => b.worth - a.worth || a.sentence.place - b.sentence.place)[0]
    if (!best || best.worth === 0) break
    picked.push(best.sentence)
    characters += best.sentence.text.length + 1
    for (const stem of best.sentence.stems) said.add(stem)
  }
  return picked.toSorted((a, b) => a.place - b.place).map((sentence) => sentence.text)
}
