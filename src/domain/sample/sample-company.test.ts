import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, daysBetween, isDay } from '../day.ts'
import { CLIENT_TABLE } from './client-table.ts'
import { createSampleCompany, type SampleCompany } from './sample-company.ts'

const TODAY = '2026-11-22'
const company = createSampleCompany({ today: TODAY })
const KINDS = Object.keys(company) as (keyof SampleCompany)[] // the keys of a literal of this very type

/** Any day from 2020 to 2035, the first of a month, the last, and leap days among them. */
const anyDay = fc.oneof(
  fc.integer({ min: 0, max: 5_800 }).map((days) => addDays('2020-01-01', days)),
  fc.constantFrom('2026-12-31', '2027-01-01', '2028-02-29', '2028-03-01', '2026-03-31', '2026-10-05'),
)

function ids(rows: readonly { id: string }[]): Set<string> {
  return new Set(rows.map(({ id }) => id))
}

test('The same day gives the same bytes', () => {
  assert.equal(JSON.stringify(createSampleCompany({ today: TODAY })), JSON.stringify(company))
})

test('The company has the size it is described with', () => {
  const sizes = Object.fromEntries(KINDS.map((kind) => [kind, company[kind].length]))
  assert.deepEqual(
    { reps: sizes.reps, products: sizes.products, clients: sizes.clients },
    { reps: 11, products: 5, clients: 60 },
  )
  const ranges: Partial<Record<keyof SampleCompany, readonly [number, number]>> = {
    contacts: [160, 200],
    deals: [210, 230],
    activities: [2_700, 3_500],
    usage: [4_000, 6_000],
    invoices: [900, 1_250],
    tickets: [450, 600],
    transcripts: [38, 42],
    changes: [500, 1_000],
  }
  for (const [kind, [low, high]] of Object.entries(ranges)) {
    const size = Number(sizes[kind])
    assert.ok(size >= low && size <= high, `${kind}: ${size}`)
  }
})

/** Distances from today of every day in a row that the calendar does not decide. */
function shape(rows: readonly object[], today: string): unknown[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([field]) => field !== 'payments_processed' && field !== 'body')
        .map(([field, value]) => [
          field,
          typeof value === 'string' && isDay(value) ? daysBetween(today, value) : value,
        ]),
    ),
  )
}

test('Another day tells the same stories, moved', () => {
  fc.assert(
    fc.property(anyDay, (today) => {
      const other = createSampleCompany({ today })
      for (const kind of KINDS) {
        // invoices follow rent day, and so the calendar
        if (kind !== 'invoices') assert.deepEqual(shape(other[kind], today), shape(company[kind], TODAY), kind)
      }
    }),
    { numRuns: 6 },
  )
})

test('Ids are unique and readable', () => {
  for (const kind of KINDS) {
    if (kind === 'changes') continue
    const rows = company[kind]
    assert.equal(ids(rows).size, rows.length, kind)
    for (const { id } of rows) assert.match(id, /^[a-z]+(-[a-z0-9]+)+$/)
  }
})

const clients = ids(company.clients)
const reps = ids(company.reps)
const contactClient = new Map(company.contacts.map((contact) => [contact.id, contact.client_id]))
const dealClient = new Map(company.deals.map((deal) => [deal.id, deal.client_id]))

test('Clients have owners, success managers and parents that are there', () => {
  for (const client of company.clients) {
    assert.ok(reps.has(client.owner_rep_id))
    assert.ok(client.csm_rep_id === null || reps.has(client.csm_rep_id))
    assert.ok(client.parent_client_id === null || clients.has(client.parent_client_id))
  }
})

test('Deals refer to what is there, their people to the same client', () => {
  const products = ids(company.products)
  for (const deal of company.deals) {
    assert.ok(clients.has(deal.client_id) && reps.has(deal.rep_id) && products.has(deal.product_id), deal.id)
    const people = [deal.champion_contact_id, deal.economic_buyer_contact_id].filter((id) => id !== null)
    for (const id of people) assert.equal(contactClient.get(id), deal.client_id, deal.id)
  }
})

test('What happened refers to what is there and belongs to the same client', () => {
  for (const row of [...company.activities, ...company.transcripts]) {
    assert.ok(clients.has(row.client_id) && reps.has(row.rep_id), row.id)
    if (row.deal_id !== null) assert.equal(dealClient.get(row.deal_id), row.client_id, row.id)
  }
  for (const row of company.activities) assert.equal(contactClient.get(row.contact_id ?? ''), row.client_id, row.id)
  for (const row of [...company.contacts, ...company.usage, ...company.invoices, ...company.tickets]) {
    assert.ok(clients.has(row.client_id), row.id)
  }
  for (const change of company.changes) {
    assert.ok((change.kind === 'deals' ? dealClient : contactClient).has(change.record_id))
  }
})

/** Days that may lie ahead, or before the 24 months. */
const OPEN_ENDED = new Set(['expected_close_on', 'next_step_on', 'renewal_on', 'due_on', 'customer_since'])

test('Every day lies within 24 months and none after today but plans and the meetings of the coming two weeks', () => {
  fc.assert(
    fc.property(anyDay, (today) => {
      const { activities, ...others } = createSampleCompany({ today })
      const past = activities.filter(({ on_day }) => on_day <= today)
      for (const { kind, on_day, id } of activities.slice(past.length)) {
        const ahead = daysBetween(today, on_day)
        assert.ok(kind === 'meeting' && ahead >= 1 && ahead <= 14, `${id} ${kind} ${on_day} on ${today}`)
      }
      const rows = [...past, ...Object.values(others).flat()]
      for (const [field, value] of rows.flatMap((row) => Object.entries(row))) {
        if (typeof value !== 'string' || !isDay(value) || OPEN_ENDED.has(field) || field.endsWith('_value')) continue
        const ago = daysBetween(value, today)
        assert.ok(ago >= 0 && ago <= 730, `${field} ${value} on ${today}`)
      }
    }),
    { numRuns: 6 },
  )
})

test('Nobody is spoken with after having left, no deal is touched before it began or after it closed', () => {
  const leftOn = new Map(company.contacts.map(({ id, left_on }) => [id, left_on]))
  const deals = new Map(company.deals.map((deal) => [deal.id, deal]))
  for (const { id, contact_id, deal_id, on_day } of company.activities) {
    const left = leftOn.get(contact_id ?? '')
    assert.ok(left === null || left === undefined || on_day < left, id)
    const deal = deals.get(deal_id ?? '')
    if (deal === undefined) continue
    assert.ok(on_day >= deal.created_on && on_day <= (deal.closed_on ?? addDays(TODAY, 14)), id)
  }
})

test('Deals begin before they close, decided ones have a closed day and a value, lost ones a reason', () => {
  for (const deal of company.deals) {
    const isDecided = deal.stage === 'won' || deal.stage === 'lost'
    assert.equal(deal.closed_on !== null, isDecided, deal.id)
    assert.equal(deal.lost_reason !== null, deal.stage === 'lost', deal.id)
    assert.ok(deal.created_on <= deal.stage_entered_on, deal.id)
    if (isDecided) assert.ok(deal.value_micros !== null && deal.created_on < (deal.closed_on ?? ''), deal.id)
    else assert.ok(daysBetween(deal.expected_close_on, TODAY) < 7, `${deal.id} is overdue by more than some days`)
  }
})

test('Who won a deal is a client from that day on', () => {
  const since = new Map(company.clients.map(({ id, customer_since }) => [id, customer_since]))
  for (const deal of company.deals.filter(({ stage }) => stage === 'won')) {
    const day = since.get(deal.client_id)
    assert.ok(typeof day === 'string' && day <= (deal.closed_on ?? ''), deal.id)
  }
  for (const { id, customer_since, arr_micros } of company.clients) {
    assert.equal(customer_since === null, arr_micros === null, id)
    if (customer_since === null || customer_since < addDays(TODAY, -698)) continue
    assert.ok(
      company.deals.some((deal) => deal.client_id === id && deal.closed_on === customer_since),
      `${id} came by a deal`,
    )
  }
})

test('The contract value of a new client is the sum of what it bought, and a twelfth of it is on the newest invoice', () => {
  const client = company.clients.find(({ id }) => id === 'client-foxglove')
  const bought = company.deals
    .filter(({ client_id, stage }) => client_id === 'client-foxglove' && stage === 'won')
    .reduce((sum, { value_micros }) => sum + (value_micros ?? 0), 0)
  const newest = company.invoices.findLast(({ client_id }) => client_id === 'client-foxglove')
  assert.equal(client?.arr_micros, bought)
  assert.ok(Math.abs((newest?.amount_micros ?? 0) * 12 - bought) < 120_000, 'rounded to the cent')
})

test('Money is whole micros and never negative', () => {
  const fields = Object.values(company)
    .flat()
    .flatMap((row) => Object.entries(row))
  const amounts = fields.filter(([field, value]) => field.endsWith('_micros') && value !== null)
  assert.ok(amounts.length > 1_000)
  for (const [field, value] of amounts) assert.ok(Number.isSafeInteger(value) && Number(value) > 0, field)
})

test('Between 25 and 35 % of decided deals are won, and enterprises take longer to decide', () => {
  const decided = company.deals.filter(({ closed_on }) => closed_on !== null)
  const rate = decided.filter(({ stage }) => stage === 'won').length / decided.length
  assert.ok(rate >= 0.25 && rate <= 0.35, String(rate))
  const segmentOf = new Map(company.clients.map(({ id, segment }) => [id, segment]))
  const meanCycle = (segment: string): number => {
    const own = decided.filter(({ client_id }) => segmentOf.get(client_id) === segment)
    return own.reduce((sum, deal) => sum + daysBetween(deal.created_on, deal.closed_on ?? ''), 0) / own.length
  }
  assert.ok(meanCycle('Enterprise') > meanCycle('Mid-market') && meanCycle('Mid-market') > meanCycle('Small portfolio'))
})

test('Rent comes in on the first days of the month', () => {
  // a week that ends on the 5th to the 7th holds all five days; one that ends from the 18th to the 28th holds none of the first ten
  const days = company.usage.filter(({ client_id }) => client_id === 'client-silverfern')
  const isFull = (day: string): boolean => Number(day.slice(8)) >= 5 && Number(day.slice(8)) <= 7
  const isQuiet = (day: string): boolean => Number(day.slice(8)) >= 18 && Number(day.slice(8)) <= 28
  const full = days.filter(({ on_day }) => isFull(on_day)).map((row) => row.payments_processed)
  const quiet = days.filter(({ on_day }) => isQuiet(on_day)).map((row) => row.payments_processed)
  assert.ok(full.length > 5 && quiet.length > 20)
  assert.ok(Math.min(...full) > 5 * Math.max(...quiet))
})

test('Pushes and stages in the history lead to what the deal says today', () => {
  for (const deal of company.deals) {
    const own = company.changes.filter(({ record_id }) => record_id === deal.id)
    const pushes = own.filter(({ field }) => field === 'expected_close_on')
    assert.equal(pushes.length, deal.pushed_count, deal.id)
    for (const { old_value, new_value } of pushes) assert.ok((old_value ?? '') < (new_value ?? ''), deal.id)
    if (pushes.length > 0) assert.equal(pushes.at(-1)?.new_value, deal.expected_close_on)
    const last = own.findLast(({ field }) => field === 'stage')
    assert.equal(last?.new_value ?? 'prospecting', deal.stage, deal.id)
  }
})

test('Every rep and client-success manager has meetings ahead, about open deals and clients that renew, with who is there', () => {
  const coming = company.activities.filter(({ on_day }) => on_day > TODAY)
  assert.deepEqual(new Set(coming.map(({ rep_id }) => rep_id)), reps)
  const open = new Set(company.deals.filter(({ closed_on }) => closed_on === null).map(({ id }) => id))
  const renewing = new Set(
    company.clients
      .filter(({ renewal_on }) => renewal_on !== null && daysBetween(TODAY, renewal_on) <= 100)
      .map(({ id }) => id),
  )
  const gone = new Set(company.contacts.filter(({ left_on }) => left_on !== null).map(({ id }) => id))
  for (const { id, deal_id, client_id, contact_id } of coming) {
    assert.ok(deal_id === null ? renewing.has(client_id) : open.has(deal_id), id)
    assert.ok(!gone.has(contact_id ?? ''), id)
  }
  for (const { last_contacted_on } of company.contacts) assert.ok((last_contacted_on ?? '') <= TODAY)
})

test('Names fit a screen and a search, addresses can never reach anybody', () => {
  const lengths = CLIENT_TABLE.map(({ name }) => name.length)
  assert.equal(Math.max(...lengths), 60)
  assert.equal(new Set(CLIENT_TABLE.map(({ name }) => name)).size, 60)
  for (const { email } of [...company.contacts, ...company.reps]) assert.match(email, /^[a-z.-]+@[a-z-]+\.example$/)
  const people = [...company.contacts, ...company.reps].map(({ name }) => name)
  assert.equal(new Set(people).size, people.length)
  const deals = company.deals.map(({ name }) => name)
  assert.equal(new Set(deals).size, deals.length)
})

test('Transcripts are dialogues of 15 to 40 lines between people of the call, with promises on days after it', () => {
  const speakers = new Set([...company.contacts, ...company.reps].map(({ name }) => name))
  const bodies = new Set(company.transcripts.map(({ body }) => body))
  assert.equal(bodies.size, company.transcripts.length)
  for (const { id, body } of company.transcripts) {
    const lines = body.split('\n')
    assert.ok(lines.length >= 15 && lines.length <= 40, `${id}: ${lines.length}`)
    assert.equal(new Set(lines.map((line) => line.split(': ')[0])).size, 2, id)
    for (const line of lines) {
      assert.ok(speakers.has(line.split(': ')[0] ?? ''), line)
      assert.doesNotMatch(line, /[{}]|undefined|null/)
    }
    assert.match(body, /(January|February|March|April|May|June|July|August|September|October|November|December) \d/)
  }
})

test('The company is made in under half a second of CPU', () => {
  const runs = [1, 2, 3].map(() => {
    const before = process.cpuUsage()
    createSampleCompany({ today: TODAY })
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  })
  assert.ok(Math.min(...runs) < 500, `${runs.join(', ')} ms`)
})
