import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assessHealth } from '../client/assess-health.ts'
import { assessDealRisk } from '../deal/assess-deal-risk.ts'
import { daysBetween } from '../day.ts'
import { createSampleCompany } from './sample-company.ts'
import type { ClientRow, ContactRow, DealRow } from './sample-rows.ts'
import { SAMPLE_STORIES } from './stories.ts'

const asOf = '2026-11-22'
const company = createSampleCompany({ today: asOf })
const customers = company.clients.filter(({ customer_since }) => customer_since !== null)

function assess(client: ClientRow): ReturnType<typeof assessHealth> {
  const isOwn = (row: { client_id: string }): boolean => row.client_id === client.id
  const days = { clients: asOf, usage: asOf, activities: asOf, tickets: asOf, invoices: asOf, contacts: asOf }
  return assessHealth({
    days,
    client: {
      id: client.id,
      name: client.name,
      segment: client.segment,
      ownerName: null,
      csmName: null,
      arr: null,
      renewalOn: client.renewal_on,
      licensedSeats: client.licensed_seats,
      nps: client.nps,
    },
    usage: company.usage.filter(isOwn).map((row) => ({
      id: row.id,
      onDay: row.on_day,
      activeUsers: row.active_users,
      licensedSeats: row.licensed_seats,
      sessions: row.sessions,
      featuresUsed: row.features_used,
      featuresAvailable: row.features_available,
    })),
    activities: company.activities
      .filter(isOwn)
      .map((row) => ({ ...row, contactId: row.contact_id, onDay: row.on_day })),
    tickets: company.tickets
      .filter(isOwn)
      .map((row) => ({ ...row, openedOn: row.opened_on, resolvedOn: row.resolved_on })),
    invoices: company.invoices.filter(isOwn).map((row) => ({
      ...row,
      amountMicros: row.amount_micros,
      issuedOn: row.issued_on,
      dueOn: row.due_on,
      paidOn: row.paid_on,
    })),
    contacts: company.contacts
      .filter(isOwn)
      .map((row) => ({ ...row, leftOn: row.left_on, lastContactedOn: row.last_contacted_on })),
  })
}

test('Each client story is the extreme of its component of health among all clients', () => {
  const scores = customers.map((client) => ({ id: client.id, components: assess(client).figures.components }))
  // invoices that lie there make no client's payments as bad as paying ever later does
  const stories = SAMPLE_STORIES.filter(({ about, id }) => about.kind === 'client' && id !== 'stuck-payments')
  assert.equal(stories.length, 5)
  for (const { id, about, signal } of stories) {
    const ranked = scores
      .map((entry) => ({ id: entry.id, score: entry.components.find(({ name }) => name === signal)?.score ?? 50 }))
      .toSorted((a, b) => a.score - b.score)
    const extreme = id === 'above-licence' ? ranked.at(-1) : ranked[0]
    assert.equal(extreme?.id, about.id, `${id}: ${JSON.stringify(ranked.slice(0, 3))}`)
  }
})

test('The renewal at risk is the least healthy client, and its trend is what the answer key says', () => {
  const worst = customers
    .map(assess)
    .toSorted((a, b) => (a.figures.score ?? 100) - (b.figures.score ?? 100))[0]?.figures
  assert.equal(worst?.client.id, 'client-maple-ridge')
  assert.equal(worst?.client.renewalInDays, 45)
  const change = worst?.trend90?.change ?? 0
  assert.ok(change <= -0.38 && change >= -0.42, String(change))
})

function personOf(contactId: string | null): { id: string; name: string; leftOn: string | null } | null {
  const contact: ContactRow | undefined = company.contacts.find(({ id }) => id === contactId)
  return contact === undefined ? null : { id: contact.id, name: contact.name, leftOn: contact.left_on }
}

function risksOf(deal: DealRow): Map<string, string> {
  const touches = company.activities.filter(({ deal_id, on_day }) => deal_id === deal.id && on_day <= asOf)
  const recent = new Set(touches.filter(({ on_day }) => daysBetween(on_day, asOf) <= 90).map((row) => row.contact_id))
  const last = touches.at(-1)
  const { signals } = assessDealRisk({
    asOf,
    deal: {
      id: deal.id,
      name: deal.name,
      stage: deal.stage,
      status: 'open',
      clientName: null,
      repName: null,
      productName: null,
      valueMicros: deal.value_micros,
      currency: deal.currency,
      isEstimated: false,
      createdOn: deal.created_on,
      closedOn: null,
      stageEnteredOn: deal.stage_entered_on,
      expectedCloseOn: deal.expected_close_on,
      pushedCount: deal.pushed_count,
      nextStep: deal.next_step,
      nextStepOn: deal.next_step_on,
      champion: personOf(deal.champion_contact_id),
      economicBuyer: personOf(deal.economic_buyer_contact_id),
      decisionCriteria: deal.decision_criteria,
      timeline: deal.timeline,
      competitor: deal.competitor,
    },
    lastActivity: last === undefined ? null : { id: last.id, onDay: last.on_day, subject: last.subject },
    recentContacts: [...recent].map(personOf).filter((person) => person !== null),
    tracked: {
      activities: true,
      activityContacts: true,
      champion: true,
      economicBuyer: true,
      decisionCriteria: true,
      timeline: true,
      nextStep: true,
      pushes: true,
      competitor: true,
    },
    // age and size are held against won deals elsewhere; no story of a deal rests on them
    wonAges: null,
    wonValues: null,
    history: [],
  })
  return new Map(signals.filter(({ state }) => state === 'risk').map(({ name, severity }) => [name, severity]))
}

test('Each deal story raises its own signal and no other', () => {
  const stories = SAMPLE_STORIES.filter(({ about, signal }) => about.kind === 'deal' && signal !== 'promise_overdue')
  assert.equal(stories.length, 5)
  for (const { id, about, signal } of stories) {
    const deal = company.deals.find((row) => row.id === about.id)
    assert.ok(deal)
    assert.deepEqual([...risksOf(deal).keys()], [signal], id)
  }
})

test('Nobody talks of a rival in a call but about a deal that has it on record', () => {
  const rivals = ['Tollgate Pay', 'Rentspool', 'LeasePenny', 'In-house portal']
  const competitorOf = new Map(company.deals.map(({ id, competitor }) => [id, competitor]))
  for (const { id, deal_id, body } of company.transcripts) {
    for (const rival of rivals.filter((name) => body.includes(name))) {
      assert.equal(competitorOf.get(deal_id ?? ''), rival, id)
    }
  }
})
