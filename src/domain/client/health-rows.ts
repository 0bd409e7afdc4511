import type { Day } from '../day.ts'
import type { RememberedFact } from '../memory/slots.ts'

/** The stored rows a client's health is computed from. Null fields are unknown; rows may come in any order. */

export interface UsageRow {
  readonly id: string
  readonly onDay: Day
  readonly activeUsers: number | null
  readonly licensedSeats: number | null
  readonly sessions: number | null
  readonly featuresUsed: number | null
  readonly featuresAvailable: number | null
}

/** Usage rows of the `days` days that end with `last`, summed up where they are stored. */
export interface UsageWindow {
  readonly last: Day
  readonly days: number
  /** Rows with active users. */
  readonly activeRows: number
  readonly activeMean: number | null
  readonly seatsMean: number | null
  /** Mean share of the available features in use, 0 to 1. */
  readonly adoptionMean: number | null
  readonly sessions: number | null
  /** The newest and the oldest row. */
  readonly ends: readonly { readonly id: string; readonly onDay: Day }[]
}

export interface ActivityRow {
  readonly id: string
  readonly contactId: string | null
  readonly kind: string
  readonly onDay: Day
  readonly subject: string | null
}

export interface TicketRow {
  readonly id: string
  readonly openedOn: Day
  readonly resolvedOn: Day | null
  readonly escalated: boolean
  /** As the source names it: `high`, `P1`. */
  readonly severity: string | null
  /** 1 to 5. */
  readonly satisfaction: number | null
  readonly subject: string | null
}

export interface InvoiceRow {
  readonly id: string
  readonly amountMicros: number | null
  readonly currency: string
  readonly issuedOn: Day | null
  readonly dueOn: Day | null
  readonly paidOn: Day | null
}

export interface ContactRow {
  readonly id: string
  readonly name: string
  readonly role: string | null
  readonly leftOn: Day | null
  readonly lastContactedOn: Day | null
}

/** The day each kind of row speaks for: usage may be imported for another day than invoices. */
export interface HealthDays {
  readonly clients: Day
  readonly usage: Day
  readonly activities: Day
  readonly tickets: Day
  readonly invoices: Day
  readonly contacts: Day
}

export interface HealthRows {
  readonly days: HealthDays
  readonly client: {
    readonly id: string
    readonly name: string
    readonly segment: string | null
    readonly ownerName: string | null
    readonly csmName: string | null
    readonly arr: { readonly amountMicros: number; readonly currency: string } | null
    readonly renewalOn: Day | null
    readonly licensedSeats: number | null
    /** -100 to 100. */
    readonly nps: number | null
  }
  readonly usage: readonly UsageRow[]
  /** Windows counted in SQL, used instead of `usage` for the days they cover. */
  readonly usageWindows?: readonly UsageWindow[]
  readonly activities: readonly ActivityRow[]
  readonly tickets: readonly TicketRow[]
  readonly invoices: readonly InvoiceRow[]
  readonly contacts: readonly ContactRow[]
  /** What is remembered about the client, as far as the reader may know it. */
  readonly facts?: readonly RememberedFact[]
}
