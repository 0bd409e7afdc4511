import type { Day } from '../day.ts'
import { createActivities } from './activities.ts'
import { createChanges } from './changes.ts'
import { createClients } from './clients.ts'
import { setContractValues } from './contract-values.ts'
import { createDeals } from './deals.ts'
import { createInvoices } from './invoices.ts'
import { createProducts, createReps } from './reps.ts'
import type { SampleCompany } from './sample-rows.ts'
import { createTickets } from './tickets.ts'
import { createTranscripts } from './transcripts.ts'
import { createUsage } from './usage.ts'

export type { SampleCompany } from './sample-rows.ts'

/**
 * The records of an invented vendor of resident-payment software over the 24 months before `today`, with the
 * stories of `stories.ts` planted in them, and the meetings of the two weeks after it. The same day gives the same bytes; another day the same stories, moved.
 */
export function createSampleCompany({ today }: { today: Day }): SampleCompany {
  const reps = createReps()
  const clients = createClients(today)
  const deals = createDeals(clients, today)
  setContractValues(clients, deals)
  const activities = createActivities(clients, deals, today)
  return {
    reps,
    products: createProducts(),
    clients: clients.map(({ row }) => row),
    contacts: clients.flatMap(({ contacts }) => contacts),
    deals: deals.map(({ row }) => row),
    activities: activities.map(({ row }) => row),
    usage: createUsage(clients, today),
    invoices: createInvoices(clients, deals, today),
    tickets: createTickets(clients, today),
    transcripts: createTranscripts(activities, reps, today),
    changes: createChanges(clients, deals, today),
  }
}
