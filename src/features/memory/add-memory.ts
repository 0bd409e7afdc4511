import type { z } from 'zod'
import type { Memory, NewMemory } from '#contract/memory.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { MemoryAudience } from '#domain/memory/memory.ts'
import type { Principal } from '#domain/permission.ts'
import { cleanText } from '#domain/turn/clean-text.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { announce } from './announce.ts'
import { presentMemory } from './memory-row-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { insertMemory } from './memory-write-store.ts'
import { findMemory } from './memories-store.ts'
import type { NamedSubject } from './resolve-record.ts'
import { findSubjectLabel } from './subject-store.ts'

/** What a person writes down on purpose is worth all there is. */
const WRITTEN_STRENGTH = 1

/** Writes down what a person wants remembered. What is shared is audited; a subject out of sight is NOT_FOUND. */
export async function addMemory(
  house: MemoryHouse,
  principal: Principal,
  wanted: z.infer<typeof NewMemory>,
): Promise<Memory> {
  const at = house.clock.now()
  const id = createId(at.getTime())
  const row = await house.database.inTransaction(async (handle) => {
    const subject = await nameSubject(handle, principal, wanted.subject)
    const teamId = teamOf(principal, { audience: wanted.audience, subject })
    await insertMemory(
      handle,
      {
        ...wanted,
        id,
        text: cleanText(wanted.text),
        memberId: principal.memberId,
        teamId,
        subject,
        slot: null,
        slotValue: null,
        strength: WRITTEN_STRENGTH,
        isSensitive: false,
        trust: 'stated',
        status: 'active',
        source: { kind: 'manual', id: principal.memberId, seq: null, conversationId: null },
        onDay: dayOf(at),
      },
      { change: 'added', memberId: principal.memberId, reason: null, at },
    )
    return findMemory(handle, principal, id)
  })
  if (!row) throw new SophiaError('NOT_FOUND')
  await announce(house, { principal, action: 'memory.add', rows: [row] })
  return presentMemory(row, dayOf(at))
}

async function nameSubject(
  handle: Handle,
  principal: Principal,
  subject: z.infer<typeof NewMemory>['subject'],
): Promise<NamedSubject | null> {
  if (subject === null) return null
  const label = await findSubjectLabel(handle, principal, subject)
  if (label === undefined)
    throw new SophiaError('NOT_FOUND', { detail: 'Nothing with this id that you may see, for a memory to be about.' })
  return { ...subject, label }
}

const RECORDS: ReadonlySet<string> = new Set(['deal', 'client', 'contact', 'rep'])

/** The team an audience stands for; throws INVALID_INPUT when the audience makes no sense for this memory. */
export function teamOf(
  principal: Principal,
  { audience, subject }: { audience: MemoryAudience; subject: { readonly kind: string } | null },
): string | null {
  if (audience === 'record' && !(subject && RECORDS.has(subject.kind)))
    throw audienceFault('Only a memory about a deal, client, contact or rep can be shared with those who see it.')
  if (audience !== 'team') return null
  if (principal.teamId === null) throw audienceFault('You are in no team that it could be shared with.')
  return principal.teamId
}

function audienceFault(message: string): SophiaError {
  return new SophiaError('INVALID_INPUT', { detail: message, faults: [{ path: 'audience', message }] })
}
