import type { z } from 'zod'
import type { Memory, MemoryChange, MemoryDetail, MemoryPage, MemoryQuery, NewMemory } from '#contract/memory.ts'
import type { MemorySubjectRef } from '#domain/memory/memory.ts'
import type { RememberedFact } from '#domain/memory/slots.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { addMemory } from './add-memory.ts'
import { changeMemory } from './change-memory.ts'
import { defineMemoryJobs, sendExtraction } from './memory-jobs.ts'
import { eraseConversation, eraseSourceMemories, eraseSubjectMemories } from './erase-memories.ts'
import type { MemorySource } from './erase-store.ts'
import { forgetMemory, undoMemory } from './forget-memory.ts'
import { getMemory, listMemories } from './list-memories.ts'
import type { MemoryHouse, MemoryNeeds } from './memory-needs.ts'
import { memoryEvidence } from './memory-evidence.ts'
import { noteStatements, type EndedTurn } from './note-statements.ts'
import { noteTranscripts } from './note-transcripts.ts'
import { recallMemories, type Recollection, type RecallRequest } from './recall-memories.ts'
import { recallFacts, sharedFacts, type FactsByRecord } from './record-facts.ts'
import { createReinforcer } from './reinforce-memories.ts'
import { createResidentIndex } from './resident-index.ts'
import { resolveRecord, type NamedSubject } from './resolve-record.ts'
import { withSavepoint } from './savepoint-store.ts'

export type { MemoryNeeds } from './memory-needs.ts'

type RecordKind = RememberedFact['subject']['kind']

/** The door of this room. What is not the principal's to see answers NOT_FOUND. */
export interface Memories {
  list(principal: Principal, query: z.infer<typeof MemoryQuery>): Promise<z.infer<typeof MemoryPage>>
  get(principal: Principal, id: string): Promise<MemoryDetail>
  add(principal: Principal, wanted: z.infer<typeof NewMemory>): Promise<Memory>
  change(principal: Principal, change: { id: string; wanted: z.infer<typeof MemoryChange> }): Promise<Memory>
  forget(principal: Principal, id: string): Promise<void>
  /** Reverts the last change, also a supersession: the old value is active again. */
  undo(principal: Principal, id: string): Promise<Memory>
  eraseSubject(principal: Principal, subject: MemorySubjectRef): Promise<{ memories: number }>
  /** For rooms that delete a source; deleting conversations, members, transcripts and imports erases by itself. */
  eraseSource(source: MemorySource, handle?: Handle): Promise<{ memories: number }>
  /** Never rejects and never takes longer than its limit. */
  recall(principal: Principal, request: RecallRequest): Promise<Recollection>
  /** An answer was given these to know: they gain strength, and the turn's marks say so. */
  noteUse(turnId: string, memoryIds: readonly string[]): void
  /**
   * For the transaction that ends a turn: remembers what its message states outright and sends the job that reads on.
   * Answers what to call after the commit. Never rejects: a fault here is logged and rolled back by itself.
   */
  onTurnEnded(handle: Handle, turn: EndedTurn): Promise<() => void>
  /** For the transaction that deletes a conversation: what was learnt from it goes. Answers what to call after the commit. */
  onConversationDeleted(handle: Handle, conversationId: string): Promise<() => void>
  /** Statements of these calls wait in quarantine until a person lets them in; answers how many. */
  noteTranscripts(ids: readonly string[]): Promise<number>
  recallFacts(principal: Principal, kind: RecordKind, ids: readonly string[]): Promise<FactsByRecord>
  sharedFacts(kind: RecordKind, ids: readonly string[]): Promise<FactsByRecord>
  /** For the evidence room: memories in sight, in its form. */
  evidence(principal: Principal, ids: readonly string[]): ReturnType<typeof memoryEvidence>
  resolveRecord(principal: Principal, text: string): Promise<NamedSubject | null>
  /** Begins to load the resident copy; without it recall lives from full text. */
  start(): void
  /** Takes over what other processes changed, now. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/** Opens the room and, with `jobs`, defines its jobs; loading begins with `start`. */
export function createMemory(needs: MemoryNeeds): Memories {
  const house: MemoryHouse = { ...needs, index: createResidentIndex(needs), reinforcer: createReinforcer(needs) }
  defineMemoryJobs(house)
  return {
    list: (principal, query) => listMemories(house, principal, query),
    get: (principal, id) => getMemory(house, principal, id),
    add: (principal, wanted) => addMemory(house, principal, wanted),
    change: (principal, change) => changeMemory(house, principal, change),
    forget: (principal, id) => forgetMemory(house, principal, id),
    undo: (principal, id) => undoMemory(house, principal, id),
    eraseSubject: (principal, subject) => eraseSubjectMemories(house, principal, subject),
    eraseSource: (source, handle) => eraseSourceMemories(house, source, handle),
    recall: (principal, request) => recallMemories(house, principal, request),
    noteUse: (turnId, ids) => house.reinforcer.note(turnId, ids),
    onTurnEnded: (handle, turn) => endTurn(house, handle, turn),
    onConversationDeleted: (handle, conversationId) => eraseConversation(house, handle, conversationId),
    noteTranscripts: (ids) => noteTranscripts(house, ids),
    recallFacts: (principal, kind, ids) => recallFacts(house, principal, { kind, ids }),
    sharedFacts: (kind, ids) => sharedFacts(house, kind, ids),
    evidence: (principal, ids) => memoryEvidence(house, principal, ids),
    resolveRecord: (principal, text) => house.database.read((handle) => resolveRecord(handle, principal, text)),
    start: () => house.index.start(),
    refresh: () => house.index.refresh(),
    async close() {
      await house.reinforcer.close()
      await house.index.close()
    },
  }
}

async function endTurn(house: MemoryHouse, handle: Handle, turn: EndedTurn): Promise<() => void> {
  // Asked with a key that may not write memories.
  if (!can(turn.principal, 'memory:change')) return () => undefined
  await keepApart(house, handle, () => noteStatements(house, handle, turn))
  await keepApart(house, handle, () => sendExtraction(house, handle, turn.conversationId))
  return () => house.index.wake()
}

/** The answer is stored whatever becomes of memory. */
async function keepApart(house: MemoryHouse, handle: Handle, work: () => Promise<unknown>): Promise<void> {
  await withSavepoint(handle, work).catch((error: unknown) =>
    house.log.error({ error }, 'a turn ended without being remembered'),
  )
}
