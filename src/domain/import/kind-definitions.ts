import { CLIENTS, CONTACTS, PRODUCTS, REPS } from './company-fields.ts'
import type { ImportKind, KindDefinition } from './import-kind.ts'
import { ACTIVITIES, DEALS, INVOICES, TICKETS, TRANSCRIPTS, USAGE } from './work-fields.ts'

/** What each kind of file may bring, and where it goes. */
export const KIND_DEFINITIONS: Readonly<Record<ImportKind, KindDefinition>> = {
  clients: CLIENTS,
  contacts: CONTACTS,
  deals: DEALS,
  activities: ACTIVITIES,
  usage: USAGE,
  invoices: INVOICES,
  tickets: TICKETS,
  reps: REPS,
  products: PRODUCTS,
  transcripts: TRANSCRIPTS,
}
