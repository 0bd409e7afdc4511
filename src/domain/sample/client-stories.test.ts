import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFigure, assertOnly, forEachDay, meanOf, storyOf } from '../../../test/support/story-checks.ts'
import { daysBetween } from '../day.ts'

test('One client uses far less than before, shortly before its renewal', () => {
  forEachDay((company, today) => {
    const changeOf = (clientId: string): number => {
      const own = company.usage.filter(({ client_id }) => client_id === clientId)
      const active = (from: number, to: number): number =>
        meanOf(
          own
            .filter(({ on_day }) => daysBetween(on_day, today) > from && daysBetween(on_day, today) <= to)
            .map((row) => row.active_users),
        )
      return active(0, 90) / active(90, 180) - 1
    }
    const customers = company.clients.filter(({ customer_since }) => customer_since !== null)
    assertOnly(
      'renewal-at-risk',
      customers.filter(({ id }) => changeOf(id) < -0.12).map(({ id }) => id),
    )
    assertFigure('renewal-at-risk', changeOf(storyOf('renewal-at-risk').about.id))
    const client = customers.find(({ id }) => id === storyOf('renewal-at-risk').about.id)
    assertFigure('renewal-at-risk', daysBetween(today, client?.renewal_on ?? ''), 1)
  })
})

test('One client pays later and later', () => {
  forEachDay((company, today) => {
    const lateness = (clientId: string): number[] =>
      company.invoices
        .filter((row) => row.client_id === clientId && row.paid_on !== null && row.due_on <= today)
        .map((row) => daysBetween(row.due_on, row.paid_on ?? ''))
    const customers = company.clients.filter(({ customer_since }) => customer_since !== null)
    assertOnly(
      'slipping-invoices',
      customers.filter(({ id }) => Math.max(0, ...lateness(id).slice(-3)) > 4).map(({ id }) => id),
    )
    const own = lateness(storyOf('slipping-invoices').about.id).slice(-8)
    assert.deepEqual(
      own,
      own.toSorted((a, b) => a - b),
    )
    assertFigure('slipping-invoices', own.at(-1) ?? 0)
    const overdue = company.invoices.filter((row) => row.paid_on === null && daysBetween(row.due_on, today) > 4)
    const allowed = [storyOf('slipping-invoices').about.id, storyOf('stuck-payments').about.id]
    for (const row of overdue) assert.ok(allowed.includes(row.client_id), row.id)
  })
})

test('One client has invoices that lie unpaid for more than 60 days, and pays the others on time', () => {
  forEachDay((company, today) => {
    const stuck = company.invoices.filter((row) => row.paid_on === null && daysBetween(row.due_on, today) > 60)
    assertOnly(
      'stuck-payments',
      stuck.map(({ client_id }) => client_id),
    )
    assertFigure('stuck-payments', stuck.length)
    const paid = company.invoices.filter((row) => row.client_id === stuck[0]?.client_id && row.paid_on !== null)
    assert.ok(paid.every((row) => daysBetween(row.due_on, row.paid_on ?? '') <= 4))
  })
})

test('One client has not been spoken with for two months, while it uses the software as before', () => {
  forEachDay((company, today) => {
    const silence = (clientId: string): number =>
      Math.min(
        ...company.activities
          .filter(({ client_id, on_day }) => client_id === clientId && on_day <= today)
          .map(({ on_day }) => daysBetween(on_day, today)),
      )
    const customers = company.clients.filter(({ customer_since }) => customer_since !== null)
    assertOnly(
      'silent-account',
      customers.filter(({ id }) => silence(id) > 35).map(({ id }) => id),
    )
    const { id } = storyOf('silent-account').about
    assertFigure('silent-account', silence(id))
    const newest = company.usage.findLast(({ client_id }) => client_id === id)
    assert.ok((newest?.active_users ?? 0) / (newest?.licensed_seats ?? 1) > 0.6)
    assert.ok(company.tickets.every((row) => row.client_id !== id || daysBetween(row.opened_on, today) > 60))
  })
})

test('One client has a storm of tickets, and all escalations of the last half-year', () => {
  forEachDay((company, today) => {
    const recent = company.tickets.filter(({ opened_on }) => daysBetween(opened_on, today) < 24)
    const counts = Map.groupBy(recent, ({ client_id }) => client_id)
    assertOnly(
      'ticket-storm',
      [...counts].filter(([, rows]) => rows.length > 4).map(([id]) => id),
    )
    const storm =
      counts
        .get(storyOf('ticket-storm').about.id)
        ?.filter(({ subject }) => /release 8\.4|after the update/.test(subject)) ?? []
    assertFigure('ticket-storm', storm.length)
    assertFigure('ticket-storm', storm.filter(({ escalated }) => escalated).length, 1)
    const escalated = company.tickets.filter((row) => row.escalated && daysBetween(row.opened_on, today) <= 180)
    assertOnly(
      'ticket-storm',
      escalated.map(({ client_id }) => client_id),
    )
  })
})

test('One client has more active users than seats', () => {
  forEachDay((company) => {
    const above = company.usage.filter(({ active_users, licensed_seats }) => active_users > licensed_seats)
    assertOnly(
      'above-licence',
      above.map(({ client_id }) => client_id),
    )
    const newest = above.at(-1)
    assertFigure('above-licence', (newest?.active_users ?? 0) / (newest?.licensed_seats ?? 1))
  })
})
