import { z } from 'zod'
import { CLIENT_SLOTS, DEAL_SLOTS, type RememberedFact } from '#domain/memory/slots.ts'
import type { Day } from '#domain/day.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { visibleMemories } from './memory-scope-store.ts'

const FactRow = z.object({
  memoryId: z.string(),
  recordId: z.string(),
  slot: z.enum([...DEAL_SLOTS, ...CLIENT_SLOTS]),
  value: z.string().nullable(),
  text: z.string(),
  saidOn: z.string(),
})

export interface FactWish {
  readonly kind: RememberedFact['subject']['kind']
  readonly ids: readonly string[]
  readonly today: Day
}

/** Facts about these records that the principal may know: one per slot, the newest. */
export function selectFacts(handle: Handle, wish: FactWish, principal: Principal): Promise<RememberedFact[]> {
  // The records are in sight; a key that may not read memories is told what everybody who sees them is told.
  return can(principal, 'memory:read')
    ? select(handle, wish, visibleMemories(principal))
    : selectSharedFacts(handle, wish)
}

/** Facts that stand for everybody who sees the record: what is computed once for all may use only these. */
export function selectSharedFacts(handle: Handle, wish: FactWish): Promise<RememberedFact[]> {
  // A team's memory is not everybody's.
  return select(handle, wish, sql`m.audience in ('record', 'company')`)
}

async function select(handle: Handle, { kind, ids, today }: FactWish, isIn: Sql): Promise<RememberedFact[]> {
  if (ids.length === 0) return []
  const isHeld = sql`m.status = 'active' and (m.expires_on is null or m.expires_on >= ${today}::date) and m.on_day <= ${today}::date and ${isIn}`
  const rows = await handle.rows(
    FactRow,
    sql`select distinct on (found.record, found.slot) found.id as "memoryId", found.record as "recordId", found.slot,
        found.slot_value as value, found.text, found.on_day as "saidOn"
      from (${kind === 'deal' ? factsOfDeals(ids, isHeld) : factsOfClients(ids, isHeld)}) found
      where found.slot = any(${[...(kind === 'deal' ? DEAL_SLOTS : CLIENT_SLOTS)]}::text[])
      order by found.record, found.slot, found.on_day desc, found.is_own desc, found.created_at desc, found.id`,
  )
  return rows.map(({ recordId, ...fact }) => ({ ...fact, subject: { kind, id: recordId } }))
}

const FACT = sql`m.id, m.slot_value, m.text, m.on_day, m.created_at`

/** What was said of the deal, and of its client where it is the deal's concern ("the champion left Harbor Homes"). */
function factsOfDeals(ids: readonly string[], isHeld: Sql): Sql {
  return sql`select m.subject_id as record, m.slot, true as is_own, ${FACT} from memories m
      where m.subject_kind = 'deal' and m.subject_id = any(${ids}::text[]) and m.slot is not null and ${isHeld}
    union all
    select x.id, m.slot, false, ${FACT} from deals x join memories m on m.subject_kind = 'client' and m.subject_id = x.client_id
      where x.id = any(${ids}::text[]) and m.slot is not null and ${isHeld}`
}

/** What was said of the client; a champion who left is a contact who left. */
function factsOfClients(ids: readonly string[], isHeld: Sql): Sql {
  return sql`select m.subject_id as record, case m.slot when 'champion_left' then 'contact_left' else m.slot end as slot,
      m.slot <> 'champion_left' as is_own, ${FACT} from memories m
    where m.subject_kind = 'client' and m.subject_id = any(${ids}::text[]) and m.slot is not null and ${isHeld}`
}
