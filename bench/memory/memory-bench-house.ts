import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { extractStatements } from '#domain/memory/extract-statements.ts'
import type { MemoryCandidate } from '#domain/memory/memory.ts'
import { stemsOf } from '#domain/memory/words.ts'
import type { Principal } from '#domain/permission.ts'
import { createMemory, type Memories } from '#features/memory/index.ts'
import { remember } from '#features/memory/remember.ts'
import { systemClock } from '#platform/clock.ts'
import { createLog } from '#platform/log/log.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { Corpus, Utterance } from './corpus.ts'

export interface BenchHouse {
  readonly memories: Memories
  readonly database: Database
  /** Days are those of the conversations, not the machine's. */
  setToday(day: string): void
}

export function openBenchHouse(database: Database): BenchHouse {
  let today = new Date()
  const clock: Clock = { ...systemClock, now: () => today }
  const log = createLog({ level: 'error', isForPeople: false })
  const memories = createMemory({ database, clock, log, recallLimitMs: 60_000 })
  return { memories, database, setToday: (day) => void (today = new Date(`${day}T12:00:00Z`)) }
}

export interface Taken {
  readonly principal: Principal
  /** The utterance that each memory came from. */
  readonly sourceOf: ReadonlyMap<string, string>
  readonly extracted: number
  readonly junk: number
  readonly missed: number
  readonly worthy: number
}

/** Lets one member's colleague hear everything in order: through the product's extraction, reconciling and tables. */
export async function takeCorpus({ database }: BenchHouse, corpus: Corpus): Promise<Taken> {
  const principal = await addMember(database, corpus.id)
  const threads = await addThreads(database, principal, corpus)
  const subjects = await addClients(database, corpus)
  const tally = { extracted: 0, junk: 0, missed: 0, worthy: 0 }
  await database.inTransaction(async (handle) => {
    const episodes: (Utterance & { conversationId: string })[] = []
    for (const utterance of corpus.utterances) {
      const conversationId = threads.get(utterance.thread) ?? ''
      const candidates = utterance.by === 'member' ? statementsIn(utterance) : []
      count(tally, utterance, candidates)
      // Order matters: what is said later meets what was said before.
      // oxlint-disable-next-line no-await-in-loop
      for (const candidate of candidates)
        await take(handle, { principal, candidate, utterance, conversationId, subjects })
      if (candidates.length === 0 && isWorthKeeping(utterance)) episodes.push({ ...utterance, conversationId })
    }
    await insertEpisodes(handle, principal, episodes)
  })
  const Row = z.object({ id: z.string(), source: z.string() })
  const rows = await database.read((handle) =>
    handle.rows(Row, sql`select id, source_id as source from memories where member_id = ${principal.memberId}::uuid`),
  )
  return { principal, sourceOf: new Map(rows.map(({ id, source }) => [id, source])), ...tally }
}

function statementsIn({ position, text, onDay }: Utterance): MemoryCandidate[] {
  return extractStatements({ seq: position, text, onDay, atHand: null })
}

/** Junk is what was taken from an utterance that teaches nothing, or into another slot than it speaks of. */
function count(
  tally: { extracted: number; junk: number; missed: number; worthy: number },
  { teaches, by }: Utterance,
  candidates: readonly MemoryCandidate[],
): void {
  if (by !== 'member') return
  tally.extracted += candidates.length
  const isJunk = ({ slot }: MemoryCandidate): boolean =>
    teaches === null || (teaches.slot !== null && slot !== teaches.slot)
  tally.junk += candidates.filter(isJunk).length
  if (teaches === null || teaches.slot === null) return
  tally.worthy += 1
  if (!candidates.some((candidate) => !isJunk(candidate))) tally.missed += 1
}

/** What two people said to each other is kept whole; a member's own talk when it tells of something. */
function isWorthKeeping({ by, text }: Utterance): boolean {
  return by === 'speaker' || (!text.includes('?') && stemsOf(text).length >= 3)
}

interface Taking {
  readonly principal: Principal
  readonly candidate: MemoryCandidate
  readonly utterance: Utterance
  readonly conversationId: string
  readonly subjects: ReadonlyMap<string, string>
}

async function take(
  handle: Handle,
  { principal, candidate, utterance, conversationId, subjects }: Taking,
): Promise<void> {
  const name = candidate.subject?.kind === 'named' ? candidate.subject.name : undefined
  const clientId = name === undefined ? undefined : subjects.get(name)
  const subject =
    candidate.subject?.kind === 'member'
      ? { kind: 'member' as const, id: principal.memberId, label: principal.name }
      : clientId !== undefined && name !== undefined
        ? { kind: 'client' as const, id: clientId, label: name }
        : null
  await remember(handle, {
    circle: { memberId: principal.memberId, audience: 'member' },
    candidate,
    subject,
    persona: 'marcus',
    source: { kind: 'message', id: utterance.id, seq: utterance.position, conversationId },
    status: 'active',
    at: new Date(`${utterance.onDay}T12:00:00Z`),
  })
}

export async function addMember(database: Database, name: string): Promise<Principal> {
  const memberId = randomUUID()
  await database.read((handle) =>
    handle.run(
      sql`insert into members (id, email, name, role) values (${memberId}, ${`${memberId}@bench.test`}, ${name}, 'member')`,
    ),
  )
  return {
    memberId,
    email: `${memberId}@bench.test`,
    name,
    role: 'member',
    rowScope: 'all',
    visible: { kind: 'all' },
    teamId: null,
    repId: null,
    credential: { kind: 'session', id: 'bench' },
    allowedActions: null,
  }
}

async function addThreads(database: Database, { memberId }: Principal, corpus: Corpus): Promise<Map<string, string>> {
  const threads = new Map(
    [...new Set(corpus.utterances.map(({ thread }) => thread))].map((name) => [name, randomUUID()]),
  )
  await database.read((handle) =>
    handle.run(sql`insert into conversations (id, member_id, persona, title)
      select id, ${memberId}::uuid, 'marcus', title from unnest(${[...threads.values()]}::uuid[], ${[...threads.keys()]}::text[]) as t (id, title)`),
  )
  return threads
}

async function addClients(database: Database, { clients }: Corpus): Promise<Map<string, string>> {
  const ids = new Map(clients.map((name) => [name, `bench-${name}`]))
  await database.read((handle) =>
    handle.run(sql`insert into clients (id, name, source) select id, name, 'bench'
      from unnest(${[...ids.values()]}::text[], ${[...ids.keys()]}::text[]) as c (id, name) on conflict (id) do nothing`),
  )
  return ids
}

interface Episode {
  readonly id: string
  readonly text: string
  readonly onDay: string
  readonly position: number
  readonly conversationId: string | null
}

/** Many rows in one statement, as an import writes them. */
export async function insertEpisodes(
  handle: Handle,
  { memberId }: Principal,
  episodes: readonly Episode[],
): Promise<void> {
  await handle.run(sql`insert into memories (id, kind, persona, audience, member_id, text, strength, strength_at, trust, source_kind,
      source_id, source_seq, conversation_id, on_day)
    select gen_random_uuid(), 'episode', 'marcus', 'member', ${memberId}::uuid, text, 0.5, on_day, 'stated', 'message', id, seq, conversation, on_day
    from unnest(${episodes.map(({ id }) => id)}::text[], ${episodes.map(({ text }) => text)}::text[], ${episodes.map(({ position }) => position)}::int[],
      ${episodes.map(({ conversationId }) => conversationId)}::uuid[], ${episodes.map(({ onDay }) => onDay)}::date[]) as e (id, text, seq, conversation, on_day)`)
}
