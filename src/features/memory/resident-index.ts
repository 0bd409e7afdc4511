import { setImmediate as nextTick } from 'node:timers/promises'
import type { Clock } from '#domain/clock.ts'
import { embedHashed, HASHED_EMBEDDING } from '#domain/memory/embed-hashed.ts'
import { createTermCounts } from '#domain/memory/term-counts.ts'
import type { TermCounts } from '#domain/memory/recall.ts'
import type { Log } from '#platform/log/log.ts'
import type { Embedder } from '#platform/models/embedder.ts'
import type { Database } from '#platform/postgres/database.ts'
import { createVectorIndex, type VectorHit, type VectorIndex } from '#platform/vectors/vector-index.ts'
import { selectDeltas, type DeltaRow } from './index-store.ts'

interface IndexNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly embedder?: Embedder | null
  readonly pollMs?: number
}

/** This process's copy of what may be recalled: vectors and word counts. It may be behind; every hit is read again in SQL. */
export interface ResidentIndex {
  readonly isReady: boolean
  readonly size: number
  readonly counts: TermCounts
  /** Loads in the background, then follows the changes. */
  start(): void
  /** Something was written: look at once. */
  wake(): void
  /** Takes over all that changed up to now. */
  refresh(): Promise<void>
  search(vector: Float32Array, buckets: readonly string[], k: number): VectorHit[]
  close(): Promise<void>
}

const POLL_MS = 1000
const PAGE_ROWS = 500
const ROWS_AT_ONCE = 40
/** Numbers of the sequence are taken before their commit: one that comes late is still found within this time. */
const LATE_COMMIT_MS = 60_000

interface Held {
  readonly seq: number
  readonly text: string
}

interface State {
  readonly counts: ReturnType<typeof createTermCounts>
  readonly held: Map<string, Held>
  vectors: VectorIndex | null
  lastSeq: number
  /** Sequence numbers by when they were the last: the oldest young enough is where the next look begins. */
  marks: { readonly atMs: number; readonly seq: number }[]
  isReady: boolean
}

/** Opens the copy; nothing is read before `start` or `refresh`. */
export function createResidentIndex(needs: IndexNeeds): ResidentIndex {
  const state: State = {
    counts: createTermCounts(),
    held: new Map(),
    vectors: null,
    lastSeq: 0,
    marks: [],
    isReady: false,
  }
  const ending = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let wakeUp: (() => void) | undefined
  let refreshing: Promise<void> | undefined

  function refresh(): Promise<void> {
    // A look that began before a write may have missed it: the next one begins after this.
    const before = refreshing ?? Promise.resolve()
    const look = before.catch(() => undefined).then(() => follow(needs, state, ending.signal))
    refreshing = look
    return look
  }

  async function loop(): Promise<void> {
    while (!ending.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wakeUp = resolve
      })
      // Another try follows in a second; until then recall lives from full text.
      // oxlint-disable-next-line no-await-in-loop
      await refresh().catch((error: unknown) => needs.log.warn({ error }, 'memories could not be followed'))
      const pause = needs.clock.sleep(needs.pollMs ?? POLL_MS, ending.signal).catch(() => undefined)
      // oxlint-disable-next-line no-await-in-loop
      await Promise.race([woken, pause])
    }
  }

  return {
    get isReady() {
      return state.isReady
    },
    get size() {
      return state.held.size
    },
    counts: state.counts,
    start() {
      running = loop()
    },
    wake: () => wakeUp?.(),
    refresh,
    search: (vector, buckets, k) => state.vectors?.search(padded(vector), buckets, k) ?? [],
    async close() {
      ending.abort()
      wakeUp?.()
      await running
    },
  }
}

async function follow(needs: IndexNeeds, state: State, signal: AbortSignal): Promise<void> {
  const model = needs.embedder?.id ?? HASHED_EMBEDDING.id
  let after = lookFrom(state, needs.clock.monotonicMs())
  while (!signal.aborted) {
    const from = after
    // A page begins where the one before ended.
    // oxlint-disable-next-line no-await-in-loop
    const rows = await needs.database.read((handle) => selectDeltas(handle, { after: from, model, limit: PAGE_ROWS }))
    // oxlint-disable-next-line no-await-in-loop
    await takeAll(state, rows, needs.embedder ?? null)
    const last = rows.at(-1)
    if (last) after = last.seq
    if (rows.length < PAGE_ROWS) break
  }
  state.lastSeq = Math.max(state.lastSeq, after)
  state.isReady ||= !signal.aborted
}

function lookFrom(state: State, nowMs: number): number {
  if (state.isReady) state.marks.push({ atMs: nowMs, seq: state.lastSeq })
  const firstYoung = state.marks.findIndex((mark) => nowMs - mark.atMs < LATE_COMMIT_MS)
  // The last mark that is old enough, and what came after it.
  if (firstYoung > 1) state.marks = state.marks.slice(firstYoung - 1)
  return state.isReady ? (state.marks[0]?.seq ?? state.lastSeq) : state.lastSeq
}

/** A few at a time: answers being streamed come first. */
async function takeAll(state: State, rows: readonly DeltaRow[], embedder: Embedder | null): Promise<void> {
  for (const [place, row] of rows.entries()) {
    take(state, row, embedder)
    // oxlint-disable-next-line no-await-in-loop
    if (place % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await nextTick()
  }
}

function take(state: State, row: DeltaRow, embedder: Embedder | null): void {
  const known = state.held.get(row.id)
  if (known && known.seq >= row.seq) return
  if (known) {
    state.counts.remove(known.text)
    state.held.delete(row.id)
    state.vectors?.remove(row.id)
  }
  if (row.text === null) return
  const text = spokenText(row.label, row.text)
  state.held.set(row.id, { seq: row.seq, text })
  state.counts.add(text)
  const vector = embedder ? row.embedding && toVector(row.embedding) : embedHashed(text)
  if (!vector) return
  state.vectors ??= createVectorIndex({ dims: padded(vector).length })
  state.vectors.put(row.id, bucketOf(row), padded(vector))
}

/** What a memory says to a search: its words, and what it is about. */
export function spokenText(label: string | null, text: string): string {
  return label === null || text.includes(label) ? text : `${label}: ${text}`
}

/** Where a memory lies: with its owner, with those who see its record, with a team or with all; and with which colleague. */
function bucketOf(row: DeltaRow): string {
  return `${circleOf(row)}|${row.persona ?? ''}`
}

function circleOf(row: DeltaRow): string {
  if (row.audience === 'member') return `member:${row.memberId}`
  return row.audience === 'team' ? `team:${row.teamId}` : (row.audience ?? '')
}

/** The buckets that may hold something for this member and colleague; SQL decides about each hit. */
export function bucketsFor(member: { memberId: string; teamId: string | null }, persona: string) {
  const withPersona = (circle: string): string[] => [`${circle}|`, `${circle}|${persona}`]
  const team = member.teamId === null ? [] : withPersona(`team:${member.teamId}`)
  return {
    /** Everything in them is in sight. */
    certain: [...withPersona(`member:${member.memberId}`), ...team, ...withPersona('company')],
    /** Goes by record: much of it may be out of sight. */
    uncertain: withPersona('record'),
  }
}

/** Vectors as they are stored: little-endian floats. */
export function toBytes(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
}

function toVector(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

/** The scan works in steps of 16 numbers; zeros change no product. */
function padded(vector: Float32Array): Float32Array {
  const rest = vector.length % 16
  if (rest === 0) return vector
  const longer = new Float32Array(vector.length + 16 - rest)
  longer.set(vector)
  return longer
}
