import type { Visit } from './browser.ts'

/** Rows of a small company: two reps, 120 deals of which the first of each rep lacks most values. */
const REPS_CSV = `id,name,email,kind
rita,Rita Rep,rita@example.com,rep
paul,Paul Peer,paul@example.com,rep
`
const CLIENTS_CSV = `id,name,segment,industry,arr,owner
acme,Acme Homes,Enterprise,Property,120000,rita
bolt,Bolt Living,Mid-market,Property,,paul
`
export const DEAL_COUNT = 120
const DEALS_CSV = [
  'id,name,client,rep,stage,value,created on',
  ...Array.from({ length: DEAL_COUNT }, (_, index) => dealLine(index + 1)),
].join('\n')

function dealLine(number: number): string {
  const isRitas = number % 2 === 1
  const name = `Deal ${String(number).padStart(3, '0')}`
  if (number <= 2) return `d${number},${name},,${isRitas ? 'rita' : 'paul'},prospecting,,`
  const stage = ['prospecting', 'qualification', 'proposal', 'negotiation'][number % 4]
  const created = `2026-0${(number % 9) + 1}-1${number % 10}`
  return `d${number},${name},${isRitas ? 'acme' : 'bolt'},${isRitas ? 'rita' : 'paul'},${stage},${number * 1000},${created}`
}

/** Imports the text as the signed-in person, as the web app would. */
export async function importCsv({ context }: Visit, kind: string, text: string): Promise<void> {
  const response = await context.request.post(`/api/imports?kind=${kind}&fileName=${kind}.csv`, {
    headers: { 'content-type': 'text/csv' },
    data: Buffer.from(text),
  })
  if (!response.ok()) throw new Error(`${kind} were not imported: ${await response.text()}`)
  const report = (await response.json()) as { rowsFaulty: number }
  if (report.rowsFaulty > 0) throw new Error(`${kind} have faulty rows: ${JSON.stringify(report)}`)
}

/** All rows of the small company. */
export async function importOwnCompany(visit: Visit): Promise<void> {
  await importCsv(visit, 'reps', REPS_CSV)
  await importCsv(visit, 'clients', CLIENTS_CSV)
  await importCsv(visit, 'deals', DEALS_CSV)
}
