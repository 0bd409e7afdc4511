import { cosine } from './embed-hashed.ts'
import { contradictionOf, isContainedIn, overlapOf } from './likeness.ts'
import { isSameSubject, type KnownMemory, type ResolvedCandidate } from './memory.ts'

export type Reconciliation =
  | { readonly kind: 'add' }
  /** The same thing said more fully: the known memory takes the new words and gains strength; the old go to history. */
  | { readonly kind: 'update'; readonly memoryId: string; readonly text: string; readonly reason: string }
  /** The new one is added and these become `superseded` by it. */
  | { readonly kind: 'supersede'; readonly memoryIds: readonly string[]; readonly reason: string }
  /** Nothing new. `reinforces`: it was said again, which counts as a use of the known memory. */
  | { readonly kind: 'ignore'; readonly memoryId: string; readonly reinforces: boolean; readonly reason: string }

export interface ReconcileInput {
  readonly candidate: ResolvedCandidate
  readonly embedding: Float32Array
  /** Active memories of the same owner and audience: those of the subject and slot, and the nearest by vector. */
  readonly known: readonly KnownMemory[]
}

/** From here on two sentences are taken for the same, when their words agree as well. */
const SAME_COSINE = 0.9
const SAME_OVERLAP = 0.8
/** Alike enough to be about the same thing: only then can one contradict the other. */
const ALIKE_COSINE = 0.6

/**
 * Decides what a candidate does to what is known. Of a slot the newest value wins; without a slot, sentences are held
 * against each other. Deterministic; applying the answer and asking again gives `ignore`.
 */
export function reconcile({ candidate, embedding, known }: ReconcileInput): Reconciliation {
  const related = known.filter((memory) => isSameSubject(memory.subject, candidate.subject))
  // A fact without a subject has no slot to speak of: whose champion would it be?
  const hasSlot = candidate.slot !== null && candidate.subject !== null
  const inSlot = hasSlot ? related.filter((memory) => memory.slot === candidate.slot) : []
  if (inSlot.length > 0) return reconcileSlot(candidate, inSlot)
  const likeFirst = related
    .filter((memory) => memory.kind === candidate.kind)
    .map((memory) => ({ memory, likeness: memory.embedding ? cosine(embedding, memory.embedding) : null }))
    .toSorted((a, b) => (b.likeness ?? 0) - (a.likeness ?? 0) || (a.memory.id < b.memory.id ? -1 : 1))
  return findSame(candidate, likeFirst) ?? findContradicted(candidate, likeFirst) ?? { kind: 'add' }
}

function reconcileSlot(candidate: ResolvedCandidate, inSlot: readonly KnownMemory[]): Reconciliation {
  const newest = inSlot.toSorted((a, b) => (a.onDay < b.onDay ? 1 : a.onDay > b.onDay ? -1 : a.id < b.id ? -1 : 1))[0]
  if (!newest) return { kind: 'add' }
  if (isSameValue(candidate, newest)) {
    return { kind: 'ignore', memoryId: newest.id, reinforces: true, reason: 'the same value is known' }
  }
  if (candidate.onDay < newest.onDay) {
    return { kind: 'ignore', memoryId: newest.id, reinforces: false, reason: `a value of ${newest.onDay} is known` }
  }
  return {
    kind: 'supersede',
    memoryIds: inSlot.map((memory) => memory.id),
    reason: `a newer value of ${candidate.slot ?? ''}`,
  }
}

function isSameValue(candidate: ResolvedCandidate, memory: KnownMemory): boolean {
  if (candidate.slotValue === null || memory.slotValue === null) return overlapOf(candidate.text, memory.text) === 1
  return candidate.slotValue.toLowerCase() === memory.slotValue.toLowerCase()
}

interface Likened {
  readonly memory: KnownMemory
  readonly likeness: number | null
}

function findSame(candidate: ResolvedCandidate, alike: readonly Likened[]): Reconciliation | null {
  for (const { memory, likeness } of alike) {
    if (contradictionOf(candidate.text, memory.text) !== null) continue
    const overlap = overlapOf(candidate.text, memory.text)
    if (overlap === 1 || (overlap >= SAME_OVERLAP && (likeness ?? 0) >= SAME_COSINE)) {
      return { kind: 'ignore', memoryId: memory.id, reinforces: true, reason: 'it is known already' }
    }
    if (isContainedIn(candidate.text, memory.text) && overlap >= 0.5) {
      return { kind: 'ignore', memoryId: memory.id, reinforces: true, reason: 'more than this is known already' }
    }
    if (isContainedIn(memory.text, candidate.text) && overlap >= 0.5) {
      return { kind: 'update', memoryId: memory.id, text: candidate.text, reason: 'it says more than what was known' }
    }
  }
  return null
}

/** Only what was said later contradicts, and only facts do: two meetings with different numbers both took place. */
function findContradicted(candidate: ResolvedCandidate, alike: readonly Likened[]): Reconciliation | null {
  if (candidate.kind !== 'fact') return null
  for (const { memory, likeness } of alike) {
    if (likeness !== null && likeness < ALIKE_COSINE) continue
    const point = contradictionOf(candidate.text, memory.text)
    // Without a subject, another name is another matter: nobody knows that the two are about the same.
    if (point === null || (point === 'name' && candidate.subject === null)) continue
    if (candidate.onDay < memory.onDay) {
      return { kind: 'ignore', memoryId: memory.id, reinforces: false, reason: `${memory.onDay} says otherwise` }
    }
    return { kind: 'supersede', memoryIds: [memory.id], reason: `it contradicts it: the ${point} differs` }
  }
  return null
}
