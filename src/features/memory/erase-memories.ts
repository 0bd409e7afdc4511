import type { MemorySubjectRef } from '#domain/memory/memory.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { tellMoved } from './announce.ts'
import { eraseSource, eraseSubject, type MemorySource } from './erase-store.ts'
import type { MemoryHouse } from './memory-needs.ts'

/** Everything remembered about a person or record is gone for good, whoever's it was; nobody is shown what it said. */
export async function eraseSubjectMemories(
  house: MemoryHouse,
  principal: Principal,
  subject: MemorySubjectRef,
): Promise<{ memories: number }> {
  const gone = await house.database.inTransaction((handle) => eraseSubject(handle, subject))
  tellMoved(house, gone)
  await house.onAudit?.({
    principal,
    action: 'memory.erase',
    targetKind: subject.kind,
    targetId: subject.id,
    detail: { memories: gone.length },
  })
  return { memories: gone.length }
}

/** Everything learnt from a message, conversation, call, import or member is gone for good. In the caller's transaction if given. */
export async function eraseSourceMemories(
  house: MemoryHouse,
  source: MemorySource,
  handle?: Handle,
): Promise<{ memories: number }> {
  const gone = handle
    ? await eraseSource(handle, source)
    : await house.database.inTransaction((own) => eraseSource(own, source))
  tellMoved(house, gone)
  return { memories: gone.length }
}

/** The rows would go with their conversation; what was computed from them would not hear of it. Call the answer after the commit. */
export async function eraseConversation(house: MemoryHouse, handle: Handle, id: string): Promise<() => void> {
  const gone = await eraseSource(handle, { kind: 'conversation', id })
  return () => tellMoved(house, gone)
}
