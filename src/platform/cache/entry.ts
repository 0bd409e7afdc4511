import { UNPLACED, type Evictable } from '#domain/cache-policy/evictable.ts'
import type { Expiry } from '#domain/cache-policy/expiry.ts'
import type { HeldTag } from './tag-book.ts'

/** A kept value with all that decides whether it may answer. */
export interface Entry extends Expiry, Evictable<Entry> {
  readonly index: EntryIndex
  readonly key: string
  /** Whose it is; verified on each read. */
  readonly owner: string
  readonly value: unknown
  readonly tags: readonly HeldTag[]
  /** When its making began: of two the later knows more. */
  readonly begunMs: number
  /** Of which start of a period that wants its class fresh it is; see `FreshSince`. */
  readonly sinceMs: number
  readonly makingMs: number
  readonly costMicros: number
  /** Before that no new try is begun, because the last one failed. */
  retryAtMs: number
  /** Redis is being asked about its tags. */
  asking: Promise<void> | undefined
}

/** Entries of one space by owner and key; finding one allocates nothing. */
export interface EntryIndex {
  find(key: string, owner: string): Entry | undefined
  set(entry: Entry): void
  delete(entry: Entry): void
}

export function createEntryIndex(): EntryIndex {
  const byOwner = new Map<string, Map<string, Entry>>()
  // Most who ask are the one who asked before.
  let last: { readonly owner: string; readonly entries: Map<string, Entry> } | undefined
  const entriesOf = (owner: string): Map<string, Entry> | undefined => {
    if (last !== undefined && last.owner === owner) return last.entries
    const entries = byOwner.get(owner)
    if (entries !== undefined) last = { owner, entries }
    return entries
  }
  return {
    find(key, owner) {
      const entry = entriesOf(owner)?.get(key)
      // The map says so already; that nobody reads what is another's shall not hang on one line.
      return entry !== undefined && entry.owner === owner ? entry : undefined
    },
    set(entry) {
      const known = byOwner.get(entry.owner)
      if (known) known.set(entry.key, entry)
      else byOwner.set(entry.owner, new Map([[entry.key, entry]]))
    },
    delete(entry) {
      const ofOwner = byOwner.get(entry.owner)
      if (ofOwner?.get(entry.key) !== entry) return
      ofOwner.delete(entry.key)
      if (ofOwner.size > 0) return
      byOwner.delete(entry.owner)
      last = undefined
    },
  }
}

export type EntryFacts = Omit<Entry, keyof typeof UNPLACED | keyof Expiry | 'retryAtMs' | 'asking'>

/** An entry that no order of leaving holds yet. Field by field: it is made with each value, and spreading one object into another is slow. */
export function createEntry(facts: EntryFacts, expiry: Expiry): Entry {
  return {
    index: facts.index,
    key: facts.key,
    owner: facts.owner,
    value: facts.value,
    tags: facts.tags,
    begunMs: facts.begunMs,
    sinceMs: facts.sinceMs,
    makingMs: facts.makingMs,
    costMicros: facts.costMicros,
    bytes: facts.bytes,
    worth: facts.worth,
    freshUntilMs: expiry.freshUntilMs,
    staleUntilMs: expiry.staleUntilMs,
    fallbackUntilMs: expiry.fallbackUntilMs,
    credit: UNPLACED.credit,
    growth: UNPLACED.growth,
    newer: UNPLACED.newer,
    older: UNPLACED.older,
    priority: UNPLACED.priority,
    place: UNPLACED.place,
    retryAtMs: 0,
    asking: undefined,
  }
}
