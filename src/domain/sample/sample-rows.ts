import type { Day } from '../day.ts'

/**
 * Rows of the sample company: keys are the columns of the tables they are loaded into, without those that the
 * loader (`source`, `origin`) or the database (`status`, `updated_at`) fills. Money is in micros of USD.
 */
export interface RepRow {
  id: string
  name: string
  email: string
  kind: 'rep' | 'csm'
  manager: string
  region: string
  quota_micros: number | null
}

export interface ProductRow {
  id: string
  name: string
  series: string
  list_price_micros: number
  currency: string
}

export interface ClientRow {
  id: string
  name: string
  segment: string
  industry: string
  region: string
  owner_rep_id: string
  csm_rep_id: string | null
  parent_client_id: string | null
  employees: number
  revenue_micros: number
  arr_micros: number | null
  currency: string
  licensed_seats: number | null
  units_managed: number
  customer_since: Day | null
  renewal_on: Day | null
  nps: number | null
}

export interface ContactRow {
  id: string
  client_id: string
  name: string
  email: string
  title: string
  role: string
  left_on: Day | null
  last_contacted_on: Day | null
}

export type DealStage = 'prospecting' | 'qualification' | 'proposal' | 'negotiation' | 'won' | 'lost'

export interface DealRow {
  id: string
  name: string
  client_id: string
  rep_id: string
  product_id: string
  stage: DealStage
  value_micros: number | null
  value_estimate: null
  currency: string
  created_on: Day
  stage_entered_on: Day
  expected_close_on: Day
  pushed_count: number
  closed_on: Day | null
  next_step: string | null
  next_step_on: Day | null
  champion_contact_id: string | null
  economic_buyer_contact_id: string | null
  decision_criteria: string | null
  timeline: string | null
  competitor: string | null
  lost_reason: string | null
}

export interface ActivityRow {
  id: string
  kind: string
  on_day: Day
  client_id: string
  deal_id: string | null
  rep_id: string
  contact_id: string | null
  subject: string
  notes: string | null
}

/** A row of `usage_days`: the figures of the week that ends on `on_day`. */
export interface UsageRow {
  id: string
  client_id: string
  on_day: Day
  active_users: number
  licensed_seats: number
  sessions: number
  features_used: number
  features_available: number
  payments_processed: number
}

export interface InvoiceRow {
  id: string
  client_id: string
  amount_micros: number
  currency: string
  issued_on: Day
  due_on: Day
  paid_on: Day | null
}

export interface TicketRow {
  id: string
  client_id: string
  opened_on: Day
  resolved_on: Day | null
  severity: string
  escalated: boolean
  satisfaction: number | null
  subject: string
}

export interface TranscriptRow {
  id: string
  client_id: string
  deal_id: string | null
  rep_id: string
  on_day: Day
  title: string
  /** One line per turn of speech: `Speaker: text`. */
  body: string
}

/** A row of `record_changes`. */
export interface ChangeRow {
  kind: string
  record_id: string
  field: string
  old_value: string | null
  new_value: string | null
  as_of: Day
}

export interface SampleCompany {
  reps: RepRow[]
  products: ProductRow[]
  clients: ClientRow[]
  contacts: ContactRow[]
  deals: DealRow[]
  activities: ActivityRow[]
  /** Rows of the table `usage_days`. */
  usage: UsageRow[]
  invoices: InvoiceRow[]
  tickets: TicketRow[]
  transcripts: TranscriptRow[]
  /** Rows of the table `record_changes`. */
  changes: ChangeRow[]
}
