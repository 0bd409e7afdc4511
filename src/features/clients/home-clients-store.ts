import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import { STALE_AFTER_DAYS } from '#domain/home/attention.ts'
import { MOVE_FROM_POINTS } from '#domain/home/client-sections.ts'
import { ENTRIES_SHOWN } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleClients } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { dayOfKind, type ClientScope } from './clients-store.ts'

/** Clients in sight, narrowed to those one person owns or serves where the page is that person's. */
export interface HomeClientScope extends ClientScope {
  readonly ownRepId: string | null
  readonly today: Day
}

const RENEWAL_DAYS = 90

function homeClients({ visible, ownRepId }: HomeClientScope): Sql {
  const inSight = visibleClients(visible)
  return ownRepId === null
    ? inSight
    : sql`(${inSight} and (c.csm_rep_id = ${ownRepId} or c.owner_rep_id = ${ownRepId}))`
}

const ofClient = { id: z.string(), name: z.string(), total: z.int() }
const money = { arrMicros: z.number().nullable(), currency: z.string() }
const health = { score: z.number().nullable(), band: z.string(), reason: z.string().nullable() }

const MovedRow = z.object({
  ...ofClient,
  ...money,
  ...health,
  change30: z.number(),
  day: z.string(),
  snapshotDay: z.string().nullable(),
})

/** Clients whose stored score moved by enough within 30 days; falls first, the widest first. */
export function listMovedClients(handle: Handle, scope: HomeClientScope): Promise<z.infer<typeof MovedRow>[]> {
  return handle.rows(
    MovedRow,
    sql`select c.id, c.name, c.arr_micros as "arrMicros", c.currency, s.score, s.band, s.reason, s.change_30 as "change30", s.day,
        (select max(n.day) from client_snapshots n where n.client_id = c.id and n.day <= s.day) as "snapshotDay",
        (count(*) over ())::int as total
      from client_standings s join clients c on c.id = s.client_id
      where abs(s.change_30) >= ${MOVE_FROM_POINTS}::float8 and ${homeClients(scope)}
      order by s.change_30 > 0, abs(s.change_30) desc, c.id limit ${ENTRIES_SHOWN}`,
  )
}

const CountsRow = z.object({ clients: z.int(), judged: z.int(), compared: z.int(), dated: z.int() })

/** Clients of the scope: how many have a standing, a score of 30 days ago to hold it against, and a renewal day. */
export async function countHomeClients(handle: Handle, scope: HomeClientScope): Promise<z.infer<typeof CountsRow>> {
  const row = await handle.first(
    CountsRow,
    sql`select count(*)::int as clients, count(s.client_id)::int as judged, count(s.change_30)::int as compared, count(c.renewal_on)::int as dated
      from clients c left join client_standings s on s.client_id = c.id where ${homeClients(scope)}`,
  )
  return row ?? { clients: 0, judged: 0, compared: 0, dated: 0 }
}

const RenewalRow = z.object({ ...ofClient, ...money, ...health, renewalOn: z.string(), inDays: z.int() })

/** Renewals of the next 90 days, soonest first. */
export function listRenewalsAhead(handle: Handle, scope: HomeClientScope): Promise<z.infer<typeof RenewalRow>[]> {
  return handle.rows(
    RenewalRow,
    sql`select c.id, c.name, c.arr_micros as "arrMicros", c.currency, s.score, coalesce(s.band, 'unknown') as band, s.reason,
        c.renewal_on as "renewalOn", c.renewal_on - ${scope.asOf}::date as "inDays", (count(*) over ())::int as total
      from clients c left join client_standings s on s.client_id = c.id
      where c.renewal_on between ${scope.asOf}::date and ${addDays(scope.asOf, RENEWAL_DAYS)}::date and ${homeClients(scope)}
      order by c.renewal_on, c.arr_micros desc nulls last, c.id limit ${ENTRIES_SHOWN}`,
  )
}

const PaymentRow = z.object({
  ...ofClient,
  amountMicros: z.number().nullable(),
  currency: z.string(),
  invoices: z.int(),
  oldestDays: z.int(),
  oldestDueOn: z.string(),
  invoiceIds: z.array(z.string()),
})

/** Unpaid invoices past their due day by client and currency, but not by years; the oldest first. */
export function listUnpaid(handle: Handle, scope: HomeClientScope): Promise<z.infer<typeof PaymentRow>[]> {
  const day = dayOfKind('invoices', scope.today)
  return handle.rows(
    PaymentRow,
    sql`select c.id, c.name, sum(i.amount_micros) as "amountMicros", i.currency, count(*)::int as invoices,
        ${day} - min(i.due_on) as "oldestDays", min(i.due_on) as "oldestDueOn",
        (array_agg(i.id order by i.due_on, i.id))[1:5] as "invoiceIds", (count(*) over ())::int as total
      from invoices i join clients c on c.id = i.client_id
      where (i.paid_on is null or (i.paid_on is not null and i.paid_on > ${day})) and i.due_on < ${day} and i.due_on >= ${day} - ${STALE_AFTER_DAYS}::int
        and ${homeClients(scope)}
      group by c.id, c.name, i.currency order by min(i.due_on), c.id limit ${ENTRIES_SHOWN}`,
  )
}

const InvoicesRow = z.object({ has: z.boolean(), old: z.int() })

/** Whether any client of the scope has an invoice, and how many unpaid ones fell due too long ago to be urgent. */
export async function countHomeInvoices(handle: Handle, scope: HomeClientScope): Promise<z.infer<typeof InvoicesRow>> {
  const row = await handle.first(
    InvoicesRow,
    sql`select exists (select 1 from invoices i join clients c on c.id = i.client_id where ${homeClients(scope)}) as has,
        (select count(*)::int from invoices i join clients c on c.id = i.client_id
          where i.paid_on is null and i.due_on < ${dayOfKind('invoices', scope.today)} - ${STALE_AFTER_DAYS}::int and ${homeClients(scope)}) as old`,
  )
  return row ?? { has: false, old: 0 }
}
