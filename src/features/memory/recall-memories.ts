import { dayOf, type Day } from '#domain/day.ts'
import { embedHashed } from '#domain/memory/embed-hashed.ts'
import type { MemorySubjectRef } from '#domain/memory/memory.ts'
import { planRecall, rankMemories, type RecallCandidate, type RecallPlan } from '#domain/memory/recall.ts'
import type { Principal } from '#domain/permission.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { strengthToday } from './memory-row-store.ts'
import { phrasesOf } from './phrases.ts'
import { selectCandidates, type CandidateRow } from './recall-store.ts'
import { bucketsFor } from './resident-index.ts'
import { selectMentioned } from './subject-store.ts'

export interface RecallRequest {
  readonly persona: string
  readonly question: string
  /** The record the question is asked beside. */
  readonly about?: { readonly kind: 'deal' | 'client'; readonly id: string } | undefined
  readonly budgetTokens: number
  /** Beside the budget; 12 unless told. */
  readonly count?: number
}

export interface Recalled {
  readonly id: string
  readonly text: string
  readonly subject: { readonly kind: string; readonly id: string; readonly label: string } | null
  readonly onDay: Day
  readonly score: number
  /** In words: what about the question found it. */
  readonly why: string
  /** What it is called where its words must not stand: an answer's list of sources outlives an erasure. */
  readonly label: string
}

export interface Recollection {
  readonly memories: readonly Recalled[]
  readonly tookMs: number
  /** True when it took too long or failed, and the answer goes on without. */
  readonly isGivenUp: boolean
}

const LIMIT_MS = 150
const COUNT = 12
const NEAR_CERTAIN = 40
const NEAR_BY_RECORD = 60
const MENTIONED_MAX = 5

/** What may help with a question, best first, within a token budget. Never fails and never keeps an answer waiting longer than its limit. */
export async function recallMemories(
  house: MemoryHouse,
  principal: Principal,
  request: RecallRequest,
): Promise<Recollection> {
  const { clock, log } = house
  const startedMs = clock.monotonicMs()
  const took = (): number => Math.round((clock.monotonicMs() - startedMs) * 100) / 100
  const limitMs = house.recallLimitMs ?? LIMIT_MS
  const over = new AbortController()
  // An aborted sleep means that recall was done in time.
  const limit = clock.sleep(limitMs, over.signal).then(
    () => 'late' as const,
    () => null,
  )
  const work = recallNow(house, principal, { ...request, signal: over.signal }).catch((error: unknown) => {
    log.warn({ error }, 'nothing could be recalled; the answer goes on without')
    return null
  })
  const memories = await Promise.race([work, limit])
  over.abort()
  const tookMs = took()
  if (memories !== null && memories !== 'late') return { memories, tookMs, isGivenUp: false }
  // Which of the two came first, not by the clock: a timer may ring a fraction before its time.
  if (memories === 'late') log.warn({ tookMs, limitMs }, 'recall took too long; the answer goes on without')
  return { memories: [], tookMs, isGivenUp: true }
}

interface Look extends RecallRequest {
  readonly signal: AbortSignal
}

async function recallNow(house: MemoryHouse, principal: Principal, look: Look): Promise<Recalled[]> {
  const { database, clock, index } = house
  const today = dayOf(clock.now())
  const near = await nearest(house, principal, look)
  return database.read(async (handle) => {
    const phrases = phrasesOf(look.question)
    const mentioned =
      phrases.length === 0 ? [] : await selectMentioned(handle, principal.visible, { phrases, limit: MENTIONED_MAX })
    const subjects = [...(look.about ? [look.about] : []), ...mentioned]
    const plan = planRecall({ text: look.question, today, subjects }, index.counts)
    const wish = { principal, persona: look.persona, lookup: plan.lookup, subjects, period: plan.period, today }
    const rows = await selectCandidates(handle, { ...wish, nearIds: [...near.keys()] })
    const ranked = rankMemories({
      plan,
      candidates: rows.map((row) => toCandidate(row, near, today)),
      counts: index.counts,
      limits: { tokenBudget: look.budgetTokens, count: look.count ?? COUNT },
    })
    const byId = new Map(rows.map((row) => [row.id, row]))
    return ranked.flatMap(({ id, score }) => {
      const row = byId.get(id)
      return row ? [present(row, score, { near, plan, subjects })] : []
    })
  })
}

/** Nearest by sense in this process's copy; without a vector for the question, none: full text alone answers then. */
async function nearest(house: MemoryHouse, principal: Principal, look: Look): Promise<ReadonlyMap<string, number>> {
  const { index } = house
  if (!index.isReady || index.size === 0) return new Map()
  const vector = await questionVector(house, look)
  if (vector === null) return new Map()
  const { certain, uncertain } = bucketsFor(principal, look.persona)
  const hits = [...index.search(vector, certain, NEAR_CERTAIN), ...index.search(vector, uncertain, NEAR_BY_RECORD)]
  return new Map(hits.filter((hit) => hit.score > 0).map((hit) => [hit.id, hit.score]))
}

async function questionVector(house: MemoryHouse, look: Look): Promise<Float32Array | null> {
  if (!house.embedder) return embedHashed(look.question)
  try {
    const [vector] = await house.embedder.embed([look.question], look.signal)
    return vector ?? null
  } catch (error) {
    if (!look.signal.aborted) house.log.warn({ error }, 'the embedding model did not answer; recalling by words alone')
    return null
  }
}

function toCandidate(row: CandidateRow, near: ReadonlyMap<string, number>, today: Day): RecallCandidate {
  const { id, kind, status, text, onDay, expiresOn, useCount, isPinned, thread, position } = row
  return {
    id,
    kind,
    status,
    text,
    subject: subjectOf(row),
    onDay,
    expiresOn,
    strength: strengthToday(row, today),
    useCount,
    isPinned,
    similarity: near.get(id) ?? null,
    thread,
    position,
  }
}

function subjectOf({ subjectKind, subjectId }: CandidateRow): MemorySubjectRef | null {
  return subjectKind === null || subjectId === null ? null : { kind: subjectKind, id: subjectId }
}

interface Found {
  readonly near: ReadonlyMap<string, number>
  readonly plan: RecallPlan
  readonly subjects: readonly MemorySubjectRef[]
}

function present(row: CandidateRow, score: number, found: Found): Recalled {
  const subject = subjectOf(row)
  const named = subject === null ? null : { ...subject, label: row.subjectLabel ?? subject.id }
  const what = row.slot === null ? row.kind : row.slot.replaceAll('_', ' ')
  return {
    id: row.id,
    text: row.text,
    subject: named,
    onDay: row.onDay,
    score,
    why: reasonsOf(row, found).join('; '),
    label:
      named && named.kind !== 'member' ? `${named.label}: ${what}, ${row.onDay}` : `Remembered ${what}, ${row.onDay}`,
  }
}

function reasonsOf(row: CandidateRow, { near, plan, subjects }: Found): string[] {
  const words = plan.lookup.map(({ word }) => word).filter((word) => row.text.toLowerCase().includes(word))
  const isAbout = subjects.some(({ kind, id }) => kind === row.subjectKind && id === row.subjectId)
  return [
    ...(isAbout ? [`about ${row.subjectLabel ?? 'the record at hand'}`] : []),
    ...(row.hasWords ? [words.length > 0 ? `says ${words.join(', ')}` : 'shares words with the question'] : []),
    ...(near.has(row.id) ? ['close in sense'] : []),
    ...(row.isPinned ? ['pinned'] : []),
  ]
}
