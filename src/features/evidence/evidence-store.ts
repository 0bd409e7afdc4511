import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { EvidenceKind } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleClients, visibleDeals, visibleReps, visibleWork } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { visibleProducts } from './evidence-scope-store.ts'

const Field = z.union([z.string(), z.number(), z.boolean()]).nullable()

const StoredRow = z.object({
  id: z.string(),
  label: z.string().nullable(),
  onDay: z.string().nullable(),
  aboutKind: z.enum(['deal', 'client']).nullable(),
  aboutId: z.string().nullable(),
  aboutLabel: z.string().nullable(),
  /** By name; what each one means to a reader stands in evidence-facts.ts. Money in micros of `currency`. */
  fields: z.record(z.string(), Field),
})
export type StoredEvidence = z.infer<typeof StoredRow>

interface Wanted {
  readonly ids: readonly string[]
  readonly visible: VisibleReps
  /** The clock's day; each kind is read as of the day its own data speaks for. */
  readonly today: Day
}

type Read = (wanted: Wanted) => Sql

const NOTHING_MORE = sql`null::text as "aboutKind", null::text as "aboutId", null::text as "aboutLabel"`
const ABOUT_CLIENT = sql`case when c.id is not null then 'client' end as "aboutKind", c.id as "aboutId", c.name as "aboutLabel"`
/** The deal of a row, else its client; rows of work are in sight exactly when the one they name is. */
const ABOUT_WORK = sql`case when d.id is not null then 'deal' when c.id is not null then 'client' end as "aboutKind",
  coalesce(d.id, c.id) as "aboutId", coalesce(d.name, c.name) as "aboutLabel"`

/** Memories are read through their own room, which alone knows who may see them. */
export type StoredKind = Exclude<EvidenceKind, 'memory'>

const READS: Readonly<Record<StoredKind, Read>> = {
  deal: ({ ids, visible }) => sql`select d.id, d.name as label, d.created_on as "onDay", ${ABOUT_CLIENT},
      jsonb_build_object('value', coalesce(d.value_micros, case d.value_estimate when 'list_price' then p.list_price_micros end),
        'currency', case when d.value_micros is null then coalesce(p.currency, d.currency) else d.currency end,
        'isEstimated', d.value_estimate is not null, 'stage', d.stage, 'owner', r.name, 'closes', d.expected_close_on,
        'closed', d.closed_on, 'created', d.created_on, 'nextStep', d.next_step, 'nextStepOn', d.next_step_on) as fields
    from deals d left join clients c on c.id = d.client_id left join reps r on r.id = d.rep_id left join products p on p.id = d.product_id
    where d.id = any(${ids}::text[]) and ${visibleDeals(visible)}`,
  client: ({ ids, visible }) => sql`select c.id, c.name as label, null::date as "onDay", ${NOTHING_MORE},
      jsonb_build_object('arr', c.arr_micros, 'currency', c.currency, 'renewal', c.renewal_on, 'owner', o.name, 'csm', s.name,
        'segment', c.segment, 'industry', c.industry, 'since', c.customer_since, 'seats', c.licensed_seats, 'nps', c.nps) as fields
    from clients c left join reps o on o.id = c.owner_rep_id left join reps s on s.id = c.csm_rep_id
    where c.id = any(${ids}::text[]) and ${visibleClients(visible)}`,
  contact: ({ ids, visible }) => sql`select k.id, k.name as label, k.last_contacted_on as "onDay", ${ABOUT_CLIENT},
      jsonb_build_object('title', k.title, 'role', k.role, 'email', k.email, 'contacted', k.last_contacted_on, 'left', k.left_on) as fields
    from contacts k left join clients c on c.id = k.client_id where k.id = any(${ids}::text[]) and ${visibleClients(visible)}`,
  activity: ({ ids, visible }) => sql`select w.id, w.subject as label, w.on_day as "onDay", ${ABOUT_WORK},
      jsonb_build_object('what', w.kind, 'day', w.on_day, 'by', r.name, 'with', k.name, 'notes', left(w.notes, 500)) as fields
    from activities w left join deals d on d.id = w.deal_id left join clients c on c.id = w.client_id
      left join reps r on r.id = w.rep_id left join contacts k on k.id = w.contact_id
    where w.id = any(${ids}::text[]) and ${visibleWork(visible)}`,
  transcript: ({ ids, visible }) => sql`select w.id, w.title as label, w.on_day as "onDay", ${ABOUT_WORK},
      jsonb_build_object('day', w.on_day, 'by', r.name, 'begins', left(w.body, 500)) as fields
    from transcripts w left join deals d on d.id = w.deal_id left join clients c on c.id = w.client_id left join reps r on r.id = w.rep_id
    where w.id = any(${ids}::text[]) and ${visibleWork(visible)}`,
  usage: ({ ids, visible }) => sql`select u.id, null::text as label, u.on_day as "onDay", ${ABOUT_CLIENT},
      jsonb_build_object('day', u.on_day, 'active', u.active_users, 'seats', u.licensed_seats, 'sessions', u.sessions,
        'features', u.features_used, 'available', u.features_available, 'payments', u.payments_processed) as fields
    from usage_days u left join clients c on c.id = u.client_id where u.id = any(${ids}::text[]) and ${visibleClients(visible)}`,
  invoice: ({
    ids,
    visible,
    today,
  }) => sql`select i.id, null::text as label, coalesce(i.due_on, i.issued_on) as "onDay", ${ABOUT_CLIENT},
      jsonb_build_object('amount', i.amount_micros, 'currency', i.currency, 'issued', i.issued_on, 'due', i.due_on, 'paid', i.paid_on,
        'lateDays', greatest(0, coalesce(i.paid_on, data_day('invoices', ${today}::date)) - i.due_on)) as fields
    from invoices i left join clients c on c.id = i.client_id where i.id = any(${ids}::text[]) and ${visibleClients(visible)}`,
  ticket: ({ ids, visible, today }) => sql`select t.id, t.subject as label, t.opened_on as "onDay", ${ABOUT_CLIENT},
      jsonb_build_object('severity', t.severity, 'opened', t.opened_on, 'resolved', t.resolved_on, 'escalated', t.escalated,
        'openDays', coalesce(t.resolved_on, data_day('tickets', ${today}::date)) - t.opened_on, 'satisfaction', t.satisfaction) as fields
    from tickets t left join clients c on c.id = t.client_id where t.id = any(${ids}::text[]) and ${visibleClients(visible)}`,
  rep: ({ ids, visible }) => sql`select r.id, r.name as label, null::date as "onDay", ${NOTHING_MORE},
      jsonb_build_object('is', r.kind, 'manager', r.manager, 'region', r.region, 'email', r.email) as fields
    from reps r where r.id = any(${ids}::text[]) and ${visibleReps(visible)}`,
  product: ({ ids, visible }) => sql`select p.id, p.name as label, null::date as "onDay", ${NOTHING_MORE},
      jsonb_build_object('listPrice', p.list_price_micros, 'currency', p.currency, 'series', p.series) as fields
    from products p where p.id = any(${ids}::text[]) and ${visibleProducts(visible)}`,
  change: ({ ids, visible }) => sql`select h.id::text, null::text as label, h.as_of as "onDay", ${ABOUT_WORK},
      jsonb_build_object('field', case when h.field ~ '_contact_id$' then replace(h.field, '_contact_id', '') else replace(h.field, '_micros', '') end,
        'from', coalesce(before.name, ${changedValue(sql`h.old_value`)}), 'to', coalesce(after.name, ${changedValue(sql`h.new_value`)}), 'day', h.as_of) as fields
    from record_changes h
      left join contacts k on h.kind = 'contacts' and k.id = h.record_id
      left join deals d on h.kind = 'deals' and d.id = h.record_id
      left join clients c on c.id = case h.kind when 'clients' then h.record_id when 'contacts' then k.client_id end
      left join contacts before on h.field ~ '_contact_id$' and before.id = h.old_value
      left join contacts after on h.field ~ '_contact_id$' and after.id = h.new_value
    where h.id = any(${changeIds(ids)}::bigint[]) and coalesce(case when d.id is not null then ${visibleDeals(visible)}
      when c.id is not null then ${visibleClients(visible)} end, false)`,
  snapshot: ({
    ids,
    visible,
  }) => sql`select 'deal:' || n.deal_id || ':' || n.day as id, d.name as label, n.day as "onDay",
      'deal' as "aboutKind", d.id as "aboutId", d.name as "aboutLabel",
      jsonb_build_object('day', n.day, 'stage', n.stage, 'value', n.value_micros, 'currency', n.currency, 'isEstimated', n.is_estimated,
        'closes', n.expected_close_on, 'nextStep', n.next_step, 'risk', n.risk_level, 'missing', array_to_string(n.missing, ', '), 'band', null) as fields
    from deal_snapshots n join deals d on d.id = n.deal_id
    where 'deal:' || n.deal_id || ':' || n.day = any(${ids}::text[]) and n.deal_id = any(${snapshotSubjects(ids, 'deal')}::text[]) and ${visibleDeals(visible)}
    union all
    select 'client:' || n.client_id || ':' || n.day, c.name, n.day, 'client', c.id, c.name,
      jsonb_build_object('day', n.day, 'stage', null, 'score', n.score, 'band', n.band, 'arr', n.arr_micros, 'currency', n.currency)
    from client_snapshots n join clients c on c.id = n.client_id
    where 'client:' || n.client_id || ':' || n.day = any(${ids}::text[]) and n.client_id = any(${snapshotSubjects(ids, 'client')}::text[]) and ${visibleClients(visible)}`,
}

/** A stored value as a reader needs it: money in whole units. */
function changedValue(value: Sql): Sql {
  return sql`case when h.field ~ '_micros$' then trim_scale(${value}::numeric / 1000000)::text else ${value} end`
}

/** Ids of changes are numbers; what is none names no row. */
function changeIds(ids: readonly string[]): string[] {
  return ids.filter((id) => /^\d{1,18}$/.test(id))
}

/** The records of snapshot ids, `deal:<deal id>:<day>`: what the primary key is looked up by. */
function snapshotSubjects(ids: readonly string[], kind: 'deal' | 'client'): string[] {
  return ids.flatMap((id) =>
    id.startsWith(`${kind}:`) && id.lastIndexOf(':') > kind.length
      ? [id.slice(kind.length + 1, id.lastIndexOf(':'))]
      : [],
  )
}

/** The rows of one kind that are there and in the principal's sight, in no order. */
export function listEvidenceRows(handle: Handle, kind: StoredKind, wanted: Wanted): Promise<StoredEvidence[]> {
  return handle.rows(StoredRow, READS[kind](wanted))
}
