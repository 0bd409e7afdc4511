import { dayOf, type Day } from '#domain/day.ts'
import { consolidate, type Consolidation } from '#domain/memory/consolidate.ts'
import { ownSentences, isAssertion, isSecret, isSensitiveText } from '#domain/memory/sentences.ts'
import { listEvictions } from '#domain/memory/strength.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import {
  findLabel,
  insertOrigins,
  selectEvictable,
  selectExpiredIds,
  selectFullOwners,
  selectGroups,
  selectQuiet,
  selectSaid,
  type SubjectGroup,
} from './consolidate-store.ts'
import { removeOld } from './erase-store.ts'
import { lockCircle, selectCircle } from './known-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { changeMemories, insertMemory, setStrength, type MemoryToInsert } from './memory-write-store.ts'

/** Active memories of one member with one colleague; those that every colleague knows count by themselves. */
export const CAPACITY: Readonly<Record<string, number>> = { marcus: 15_000, sarah: 20_000 }
const CAPACITY_OTHERS = 15_000
const BATCH = 1000
const GROUPS_MAX = 2000
const GROUP_ROWS = 400
const DAY_MS = 86_400_000
/** Forgotten ones can be brought back this long. */
const KEPT_DAYS = 30
const EPISODE = { idleMs: DAY_MS, messages: 12, sentences: 4, characters: 600, strength: 0.5, perRun: 200 }

/** The nightly look: what expired ends, duplicates merge, old episodes are gathered, the weakest beyond capacity go. */
export async function consolidateMemories(house: MemoryHouse, signal: AbortSignal): Promise<void> {
  const at = house.clock.now()
  const { database } = house
  const steps: ((handle: Handle) => Promise<void>)[] = [
    (handle) => expire(handle, at),
    (handle) => evict(handle, at),
    async (handle) => void (await removeOld(handle, new Date(at.getTime() - KEPT_DAYS * DAY_MS))),
    (handle) => summariseQuiet(handle, at),
  ]
  for (const step of steps) {
    if (signal.aborted) return
    await database.inTransaction(step)
  }
  for (const group of await database.read((handle) => selectGroups(handle, GROUPS_MAX))) {
    if (signal.aborted) return
    await database.inTransaction((handle) => tidy(handle, group, at))
  }
  house.index.wake()
}

async function expire(handle: Handle, at: Date): Promise<void> {
  const note = { change: 'expired' as const, memberId: null, reason: 'its last day has passed', at }
  const ids = await selectExpiredIds(handle, dayOf(at), BATCH)
  await changeMemories(handle, ids, { patch: { status: 'forgotten' }, note })
}

async function evict(handle: Handle, at: Date): Promise<void> {
  const note = { change: 'evicted' as const, memberId: null, reason: 'the weakest beyond the capacity', at }
  for (const owner of await selectFullOwners(handle, Math.min(CAPACITY_OTHERS, ...Object.values(CAPACITY)))) {
    const rows = await selectEvictable(handle, owner)
    const weighed = rows.map((row) => ({ ...row, strengthOn: dayOf(row.strengthAt) }))
    const ids = listEvictions(weighed, capacityOf(owner.persona), dayOf(at))
    await changeMemories(handle, ids, { patch: { status: 'forgotten' }, note })
  }
}

function capacityOf(persona: string | null): number {
  if (persona === null) return Math.max(CAPACITY_OTHERS, ...Object.values(CAPACITY))
  return CAPACITY[persona] ?? CAPACITY_OTHERS
}

async function tidy(handle: Handle, { circle, subject }: SubjectGroup, at: Date): Promise<void> {
  await lockCircle(handle, circle)
  const today = dayOf(at)
  const known = await selectCircle(handle, circle, { subject, today, limit: GROUP_ROWS })
  for (const step of consolidate(known, today)) await apply(handle, step, { circle, subject, at })
}

async function apply(handle: Handle, step: Consolidation, group: SubjectGroup & { readonly at: Date }): Promise<void> {
  const { at, circle } = group
  if (step.kind === 'merge') {
    const patch = { status: 'merged' as const, superseded_by: step.keepId }
    const note = { change: 'merged' as const, memberId: null, reason: 'said twice', at }
    await changeMemories(handle, step.mergedIds, { patch, note })
    await setStrength(handle, [{ id: step.keepId, strength: step.strength, uses: 0 }], at)
    return
  }
  const [first] = step.memoryIds
  if (first === undefined) return
  const id = createId(at.getTime())
  const named = group.subject === null ? null : { ...group.subject, label: await findLabel(handle, first) }
  await insertMemory(
    handle,
    episodeRow({
      ...circle,
      id,
      subject: named,
      persona: null,
      text: step.text,
      strength: step.strength,
      onDay: step.onDay,
      originId: first,
    }),
    { change: 'added', memberId: null, reason: 'gathered from older ones', at },
  )
  await insertOrigins(handle, id, step.memoryIds)
  const patch = { status: 'merged' as const, superseded_by: id }
  const note = { change: 'merged' as const, memberId: null, reason: 'gathered with others', at }
  await changeMemories(handle, step.memoryIds, { patch, note })
}

async function summariseQuiet(handle: Handle, at: Date): Promise<void> {
  const before = new Date(at.getTime() - EPISODE.idleMs)
  const quiet = await selectQuiet(handle, { before, messages: EPISODE.messages, limit: EPISODE.perRun })
  for (const { conversationId, memberId, persona, title, day } of quiet) {
    const said = await selectSaid(handle, conversationId)
    const text = extractEpisode(
      title,
      day,
      said.map((row) => row.text),
    )
    if (text === null) continue
    await insertMemory(
      handle,
      episodeRow({
        id: createId(at.getTime()),
        memberId,
        persona,
        text,
        strength: EPISODE.strength,
        onDay: day,
        conversationId,
      }),
      { change: 'added', memberId: null, reason: null, at },
    )
  }
}

interface Episode {
  readonly id: string
  readonly memberId: string | null
  readonly audience?: MemoryToInsert['audience']
  readonly persona: string | null
  readonly subject?: MemoryToInsert['subject']
  readonly text: string
  readonly strength: number
  readonly onDay: Day
  /** Where it happened, or the first of those it was gathered from. */
  readonly conversationId?: string
  readonly originId?: string
}

function episodeRow(episode: Episode): MemoryToInsert {
  const { originId, conversationId, audience = 'member', subject = null, ...rest } = episode
  return {
    ...rest,
    audience,
    subject,
    kind: 'episode',
    teamId: null,
    slot: null,
    slotValue: null,
    isPinned: false,
    isSensitive: isSensitiveText(episode.text),
    trust: 'stated',
    status: 'active',
    source: {
      kind: 'message',
      id: conversationId ?? originId ?? '',
      seq: null,
      conversationId: conversationId ?? null,
    },
    expiresOn: null,
  }
}

/** The member's own statements, shortened: no model is needed, and nothing stands there that was not said. */
function extractEpisode(title: string, day: Day, said: readonly string[]): string | null {
  const sentences = said.flatMap((text) => ownSentences(text)).filter((line) => isAssertion(line) && !isSecret(line))
  if (sentences.length === 0) return null
  const chosen = sentences.toSorted((a, b) => b.length - a.length).slice(0, EPISODE.sentences)
  const inOrder = sentences.filter((line) => chosen.includes(line)).join(' ')
  return `Talked on ${day} about "${title}": ${inOrder}`.slice(0, EPISODE.characters)
}
