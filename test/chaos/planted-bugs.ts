import { z } from 'zod'
import type { Conversations } from '#features/conversations/index.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { toStatement, sql } from '#platform/postgres/sql.ts'

/** Faults put into the child on purpose, outside the product's own code, to prove that the checker would notice them. */
export const PLANTED_BUGS = ['drop-ack', 'double-insert', 'skip-journal-row', 'deliver-before-commit'] as const
export type PlantedBug = (typeof PLANTED_BUGS)[number]

/** Every third message is acknowledged and never stored, or stored a second time under another id. */
export function plantInVerbs(conversations: Conversations, bug: PlantedBug | undefined): Conversations {
  if (bug !== 'drop-ack' && bug !== 'double-insert') return conversations
  let count = 0
  return {
    ...conversations,
    async postMessage(principal, request) {
      count += 1
      if (count % 3 !== 0) return conversations.postMessage(principal, request)
      if (bug === 'drop-ack') return { messageId: request.message.id, turnId: createId(), seq: 1 }
      const accepted = await conversations.postMessage(principal, request)
      await conversations.postMessage(principal, { ...request, message: { ...request.message, id: createId() } })
      return accepted
    },
  }
}

const DELAY_MS = 400

/** Answers the journal's writer that its events are stored, and stores them later, if at all. */
export function plantInDatabase(database: Database, bug: PlantedBug | undefined): Database {
  if (bug !== 'deliver-before-commit') return database
  const change = (handle: Handle): Handle => ({
    ...handle,
    async rows(row, query) {
      if (!toStatement(query).text.includes('insert into turn_events')) return handle.rows(row, query)
      setTimeout(() => void database.read((later) => later.rows(row, query)).catch(() => undefined), DELAY_MS)
      const ids = toStatement(query).values[0]
      return z.array(row).parse(Array.isArray(ids) ? ids.map((id: unknown) => ({ id })) : [])
    },
  })
  return {
    ...database,
    read: (work) => database.read((handle) => work(change(handle))),
    inTransaction: (work, options) => database.inTransaction((handle) => work(change(handle)), options),
  }
}

/** Loses journal rows inside the database itself. */
export async function plantInSchema(database: Database, bug: PlantedBug | undefined): Promise<void> {
  if (bug !== 'skip-journal-row') return
  await database.inTransaction(async (handle) => {
    await handle.run(sql`create function skip_row() returns trigger language plpgsql as $$ begin return null; end $$`)
    await handle.run(
      sql`create trigger skip_row before insert on turn_events for each row when (new.n % 6 = 4) execute function skip_row()`,
    )
  })
}
