import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SampleCompany } from '../sample/sample-rows.ts'
import { forEachDay, storyOf } from '../../../test/support/story-checks.ts'
import type { HealthRows } from './health-rows.ts'
import { interventionTriggers } from './intervention-triggers.ts'
import type { InterventionTriggerName } from './intervention.ts'

const EXPECTED: readonly (readonly [story: string, trigger: InterventionTriggerName])[] = [
  ['renewal-at-risk', 'usage_decline'],
  ['slipping-invoices', 'slipping_payments'],
  ['silent-account', 'silence'],
  ['ticket-storm', 'ticket_storm'],
  ['above-licence', 'above_licence'],
]

function rowsOf(company: SampleCompany, clientId: string, today: string): HealthRows {
  const client = company.clients.find((row) => row.id === clientId)
  assert.ok(client)
  const mine = <Row extends { client_id: string }>(rows: readonly Row[]): Row[] =>
    rows.filter((row) => row.client_id === clientId)
  const past = mine(company.activities).filter((row) => row.on_day <= today)
  return {
    days: { clients: today, usage: today, activities: today, tickets: today, invoices: today, contacts: today },
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
    usage: mine(company.usage).map((row) => ({
      id: row.id,
      onDay: row.on_day,
      activeUsers: row.active_users,
      licensedSeats: row.licensed_seats,
      sessions: row.sessions,
      featuresUsed: row.features_used,
      featuresAvailable: row.features_available,
    })),
    activities: past.map((row) => ({
      id: row.id,
      contactId: row.contact_id,
      kind: row.kind,
      onDay: row.on_day,
      subject: row.subject,
    })),
    tickets: mine(company.tickets).map((row) => ({
      id: row.id,
      openedOn: row.opened_on,
      resolvedOn: row.resolved_on,
      escalated: row.escalated,
      severity: row.severity,
      satisfaction: row.satisfaction,
      subject: row.subject,
    })),
    invoices: mine(company.invoices).map((row) => ({
      id: row.id,
      amountMicros: row.amount_micros,
      currency: row.currency,
      issuedOn: row.issued_on,
      dueOn: row.due_on,
      paidOn: row.paid_on,
    })),
    contacts: mine(company.contacts).map((row) => ({
      id: row.id,
      name: row.name,
      role: row.role,
      leftOn: row.left_on,
      lastContactedOn: row.last_contacted_on,
    })),
  }
}

test('each planted trouble of a client is what calls for stepping in there', () => {
  forEachDay((company, today) => {
    for (const [story, trigger] of EXPECTED) {
      const found = interventionTriggers(rowsOf(company, storyOf(story).about.id, today)).map(({ name }) => name)
      assert.ok(found.includes(trigger), `${story} on ${today}: ${found.join(', ')}`)
    }
  })
})
