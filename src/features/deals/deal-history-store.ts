import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import { describeChange } from '#domain/deal/describe-change.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const ContactRow = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  role: z.string().nullable(),
  email: z.string().nullable(),
  leftOn: z.string().nullable(),
  lastContactedOn: z.string().nullable(),
})

/** People at the deal's client. The deal itself was found under the principal's scope before. */
export function listDealContacts(handle: Handle, clientId: string | null): Promise<z.infer<typeof ContactRow>[]> {
  return handle.rows(
    ContactRow,
    sql`select id, name, title, role, email, left_on as "leftOn", last_contacted_on as "lastContactedOn"
      from contacts where client_id = ${clientId} order by left_on nulls first, name, id limit 100`,
  )
}

const HistoryRow = z.object({
  kind: z.enum(['activity', 'transcript', 'change']),
  id: z.string(),
  onDay: z.string(),
  title: z.string(),
  detail: z.string().nullable(),
  who: z.string().nullable(),
  withWhom: z.string().nullable(),
  what: z.string(),
  oldValue: z.string().nullable(),
  newValue: z.string().nullable(),
  /** Of changed amounts; null where the record's currency itself has changed, for then it is not known whose it was. */
  currency: z.string().nullable(),
})
type HistoryEntry = Pick<z.infer<typeof HistoryRow>, 'kind' | 'id' | 'onDay' | 'title' | 'detail'>

/** As many happenings of each kind are read, and of all kinds together. */
const HISTORY_SHOWN = 200

/** The deal's last two hundred happenings with who took part, newest first; changes in words. */
export async function listDealHistory(handle: Handle, dealId: string, asOf: Day): Promise<HistoryEntry[]> {
  const rows = await handle.rows(
    HistoryRow,
    sql`select * from (
        (select 'activity' as kind, a.id, a.on_day as "onDay", coalesce(a.subject, a.kind) as title, left(a.notes, 500) as detail,
            r.name as who, k.name as "withWhom", a.kind as what, null::text as "oldValue", null::text as "newValue", null::text as currency, 0::bigint as place
          from activities a left join reps r on r.id = a.rep_id left join contacts k on k.id = a.contact_id
          where a.deal_id = ${dealId} order by a.on_day desc, a.id limit ${HISTORY_SHOWN})
        union all
        (select 'transcript', t.id, t.on_day, t.title, left(t.body, 500), r.name, null, 'call', null, null, null, 0
          from transcripts t left join reps r on r.id = t.rep_id where t.deal_id = ${dealId} order by t.on_day desc, t.id limit ${HISTORY_SHOWN})
        union all
        (select 'change', h.id::text, h.as_of, h.field, null, null, null, h.field,
            coalesce(before.name, h.old_value), coalesce(after.name, h.new_value),
            (select d.currency from deals d where d.id = h.record_id and not exists (select 1 from record_changes other
              where other.kind = 'deals' and other.record_id = h.record_id and other.field = 'currency')), h.id
          from record_changes h
          left join contacts before on h.field in ('champion_contact_id', 'economic_buyer_contact_id') and before.id = h.old_value
          left join contacts after on h.field in ('champion_contact_id', 'economic_buyer_contact_id') and after.id = h.new_value
          where h.kind = 'deals' and h.record_id = ${dealId} and h.field <> 'currency' order by h.id desc limit ${HISTORY_SHOWN})
      ) happened order by "onDay" desc, kind, place desc, id limit ${HISTORY_SHOWN}`,
  )
  return rows.map((row) => entryOf(row, asOf))
}

function entryOf(row: z.infer<typeof HistoryRow>, asOf: Day): HistoryEntry {
  const { kind, id, onDay } = row
  if (kind === 'change') {
    const words = describeChange({
      field: row.what,
      from: row.oldValue,
      to: row.newValue,
      currency: row.currency,
    })
    return { kind, id, onDay, ...words }
  }
  const people = [row.who, row.withWhom && `with ${row.withWhom}`]
    .filter((part) => part !== null && part !== '')
    .join(' ')
  const planned = onDay > asOf ? 'planned' : ''
  const detail = [planned, people, row.detail].filter((part) => part !== null && part !== '').join(' · ')
  return { kind, id, onDay, title: row.title, detail: detail === '' ? null : detail }
}
