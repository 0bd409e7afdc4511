import type { Day } from '../day.ts'
import { CLIENT_SLOTS, DEAL_SLOTS, MEMBER_SLOTS, type MemorySlot } from './slots.ts'

export type MemoryKind = 'fact' | 'episode' | 'procedure'
/** Who may see it: only its member, everyone who sees the record, the member's team, or the company. */
export type MemoryAudience = 'member' | 'record' | 'team' | 'company'
export type MemoryStatus = 'active' | 'quarantined' | 'superseded' | 'merged' | 'forgotten'
/** `stated` by the member, `inferred` by a model, `imported`, or `untrusted` text of a tool or page: quarantined. */
export type MemoryTrust = 'stated' | 'inferred' | 'imported' | 'untrusted'

export interface MemorySubjectRef {
  readonly kind: 'member' | 'contact' | 'rep' | 'client' | 'deal' | 'company'
  readonly id: string
}

/**
 * Whom a statement is about, before anyone looked up records: the speaker, the record the conversation is about, or a
 * name as it was written, which the caller resolves among the records the member sees. A name that resolves to nothing
 * leaves the memory without a subject: it is never pinned on the record at hand instead.
 */
export type CandidateSubject =
  | { readonly kind: 'member' }
  | { readonly kind: 'at-hand' }
  | { readonly kind: 'named'; readonly name: string }

/** Something worth remembering, as it was said, before it is held against what is known. */
export interface MemoryCandidate {
  readonly kind: MemoryKind
  /** null: the statement names nobody. */
  readonly subject: CandidateSubject | null
  readonly slot: MemorySlot | null
  /** `Dana Fox`, `confirmed`, `none`; null when only the text says it. */
  readonly slotValue: string | null
  /** One sentence that stands by itself. */
  readonly text: string
  readonly trust: MemoryTrust
  /** The day it speaks for. */
  readonly onDay: Day
  readonly expiresOn: Day | null
  /** 0 to 1: what it is worth on the day it was learnt. */
  readonly strength: number
  /** Of a kind that is not shared or put into a prompt unasked: health, pay, family, credentials. */
  readonly isSensitive: boolean
  readonly source: { readonly seq: number; readonly quote: string }
}

/** A candidate whose subject has been looked up. */
export interface ResolvedCandidate extends Omit<MemoryCandidate, 'subject'> {
  readonly subject: MemorySubjectRef | null
}

/** What is remembered already, as far as reconciling and consolidating need it. */
export interface KnownMemory {
  readonly id: string
  readonly kind: MemoryKind
  readonly subject: MemorySubjectRef | null
  readonly slot: string | null
  readonly slotValue: string | null
  readonly text: string
  readonly onDay: Day
  /** Today's strength, faded. */
  readonly strength: number
  readonly isPinned: boolean
  readonly embedding: Float32Array | null
}

export function isSameSubject(a: MemorySubjectRef | null, b: MemorySubjectRef | null): boolean {
  return a?.kind === b?.kind && a?.id === b?.id
}

/** The slot as the subject's kind knows it: who left is a champion of a deal and a contact of a client; null when it has none. */
export function fitSlot(slot: MemorySlot | null, subject: MemorySubjectRef | null): MemorySlot | null {
  if (slot === null || subject === null) return null
  if (subject.kind === 'deal') {
    const wanted = slot === 'contact_left' ? null : slot
    return DEAL_SLOTS.find((known) => known === wanted) ?? null
  }
  if (subject.kind === 'client') {
    const wanted = slot === 'champion_left' ? 'contact_left' : slot
    return CLIENT_SLOTS.find((known) => known === wanted) ?? null
  }
  return subject.kind === 'member' ? (MEMBER_SLOTS.find((known) => known === slot) ?? null) : null
}
