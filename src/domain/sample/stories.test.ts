import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertFigure, assertOnly, forEachDay, openDeals, storyOf } from '../../../test/support/story-checks.ts'
import { findCommitments } from '../call/find-commitments.ts'
import { sentencesOf } from '../call/heard-lines.ts'
import { readTranscript } from '../call/transcript.ts'
import { addDays, daysBetween } from '../day.ts'
import type { SampleCompany } from './sample-rows.ts'
import type { StoryFact } from './sample-story.ts'
import { SAMPLE_STORIES } from './stories.ts'

function fieldOf(company: SampleCompany, { kind, id, field }: StoryFact): unknown {
  const row = company[kind].find((candidate) => 'id' in candidate && candidate.id === id)
  assert.ok(row, `${kind} ${id}`)
  assert.ok(field in row, `${kind} ${id} has no ${field}`)
  return Object.entries(row).find(([name]) => name === field)?.[1]
}

function expectedOf({ expected }: StoryFact, today: string): unknown {
  if ('value' in expected) return expected.value
  return addDays(today, 'daysAgo' in expected ? -expected.daysAgo : expected.daysAhead)
}

test('There are exactly fifteen stories about fifteen subjects, for both colleagues', () => {
  assert.equal(SAMPLE_STORIES.length, 15)
  assert.equal(new Set(SAMPLE_STORIES.map(({ id }) => id)).size, 15)
  assert.equal(new Set(SAMPLE_STORIES.map(({ about }) => about.id)).size, 15)
  assert.deepEqual(new Set(SAMPLE_STORIES.map(({ persona }) => persona)), new Set(['marcus', 'sarah']))
  const dealStories = SAMPLE_STORIES.filter(({ about }) => about.kind === 'deal').map(({ about }) => about.id)
  const clientStories = new Set(
    SAMPLE_STORIES.filter(({ about }) => about.kind === 'client').map(({ about }) => about.id),
  )
  const repStories = new Set(SAMPLE_STORIES.filter(({ about }) => about.kind === 'rep').map(({ about }) => about.id))
  forEachDay((company) => {
    for (const deal of openDeals(company)) {
      assert.ok(!clientStories.has(deal.client_id), `${deal.id} would mix into the story of its client`)
      if (dealStories.includes(deal.id))
        assert.ok(!repStories.has(deal.rep_id), `${deal.id} would mix into the story of its rep`)
    }
  })
})

test('The figures that answers must state are these', () => {
  const figures = SAMPLE_STORIES.flatMap(({ id, figures: own }) =>
    own.map(({ amount }) => [id, Number(amount.toFixed(4))]),
  )
  assert.deepEqual(figures, [
    ['champion-left', 19],
    ['no-economic-buyer', 74],
    ['pushed-four-times', 4],
    ['single-threaded', 1],
    ['late-competitor', 11],
    ['promise-overdue', 35],
    ['falling-win-rate', 0.5],
    ['falling-win-rate', 0.0833],
    ['deals-without-value', 6],
    ['slipping-deals', 0.8],
    ['renewal-at-risk', -0.4],
    ['renewal-at-risk', 45],
    ['slipping-invoices', 27],
    ['silent-account', 68],
    ['ticket-storm', 16],
    ['ticket-storm', 8],
    ['above-licence', 1.15],
    ['stuck-payments', 2],
  ])
})

test('Every fact of the answer key stands in the rows, whatever the day', () => {
  forEachDay((company, today) => {
    for (const story of SAMPLE_STORIES) {
      for (const fact of story.facts) {
        assert.deepEqual(
          fieldOf(company, fact),
          expectedOf(fact, today),
          `${story.id}: ${fact.kind} ${fact.id} ${fact.field}`,
        )
      }
    }
  })
})

test('Every subject is there under its name', () => {
  forEachDay((company) => {
    for (const { about } of SAMPLE_STORIES) {
      const rows = { deal: company.deals, client: company.clients, rep: company.reps }[about.kind]
      assert.equal(rows.find(({ id }) => id === about.id)?.name, about.name)
    }
  })
})

test('One open deal has a champion who left', () => {
  forEachDay((company, today) => {
    const left = new Map(company.contacts.map(({ id, left_on }) => [id, left_on]))
    const found = openDeals(company).filter((deal) => (left.get(deal.champion_contact_id ?? '') ?? null) !== null)
    assertOnly(
      'champion-left',
      found.map(({ id }) => id),
    )
    assertFigure('champion-left', daysBetween(left.get(found[0]?.champion_contact_id ?? '') ?? '', today))
    const buyersGone = openDeals(company).filter(
      (deal) => (left.get(deal.economic_buyer_contact_id ?? '') ?? null) !== null,
    )
    assert.deepEqual(buyersGone, [])
  })
})

test('One deal past qualification has no economic buyer, nor has its client a contact who could be one', () => {
  forEachDay((company, today) => {
    const late = openDeals(company).filter(({ stage }) => stage === 'proposal' || stage === 'negotiation')
    const found = late.filter((deal) => deal.economic_buyer_contact_id === null)
    assertOnly(
      'no-economic-buyer',
      found.map(({ id }) => id),
    )
    assertFigure('no-economic-buyer', daysBetween(found[0]?.stage_entered_on ?? '', today))
    const roles = company.contacts.filter(({ client_id }) => client_id === found[0]?.client_id).map(({ role }) => role)
    assert.ok(!roles.includes('economic buyer'))
    for (const deal of late)
      assert.ok(deal.stage_entered_on >= (found[0]?.stage_entered_on ?? ''), `${deal.id} is stuck for longer`)
  })
})

test('One open deal was pushed more than twice', () => {
  forEachDay((company) => {
    const found = openDeals(company).filter(({ pushed_count }) => pushed_count > 2)
    assertOnly(
      'pushed-four-times',
      found.map(({ id }) => id),
    )
    assertFigure(
      'pushed-four-times',
      company.changes.filter((row) => row.record_id === found[0]?.id && row.field === 'expected_close_on').length,
    )
  })
})

test('One deal of weight hangs on one person, and it is the largest of all', () => {
  forEachDay((company, today) => {
    const peopleOf = (dealId: string): number =>
      new Set(
        company.activities
          .filter(({ deal_id, on_day }) => deal_id === dealId && daysBetween(on_day, today) <= 90)
          .map(({ contact_id }) => contact_id),
      ).size
    const found = openDeals(company).filter(({ id }) => peopleOf(id) < 2)
    assertOnly(
      'single-threaded',
      found.map(({ id }) => id),
    )
    assertFigure('single-threaded', peopleOf(found[0]?.id ?? ''))
    const largest = openDeals(company).toSorted((a, b) => (b.value_micros ?? 0) - (a.value_micros ?? 0))
    assertOnly(
      'single-threaded',
      largest.slice(0, 1).map(({ id }) => id),
    )
  })
})

test('One open deal past qualification has a competitor', () => {
  forEachDay((company, today) => {
    const found = openDeals(company).filter(
      (deal) => deal.competitor !== null && ['proposal', 'negotiation'].includes(deal.stage),
    )
    assertOnly(
      'late-competitor',
      found.map(({ id }) => id),
    )
    const entered = company.changes.find(({ record_id, field }) => record_id === found[0]?.id && field === 'competitor')
    assertFigure('late-competitor', daysBetween(entered?.as_of ?? '', today))
  })
})

test('One rep wins far less than before, and the reason is on the lost deals of nobody else', () => {
  forEachDay((company, today) => {
    const rateOf = (repId: string, isSince: boolean): number => {
      const own = company.deals.filter(
        ({ rep_id, closed_on }) =>
          rep_id === repId && closed_on !== null && daysBetween(closed_on, today) <= 180 === isSince,
      )
      return own.filter(({ stage }) => stage === 'won').length / own.length
    }
    for (const { id } of company.reps.filter(({ kind }) => kind === 'rep')) {
      const fall = rateOf(id, false) - rateOf(id, true)
      if (id !== storyOf('falling-win-rate').about.id) assert.ok(fall < 0.2, `${id}: ${fall}`)
    }
    const { id } = storyOf('falling-win-rate').about
    assertFigure('falling-win-rate', rateOf(id, false))
    assertFigure('falling-win-rate', rateOf(id, true), 1)
    const blamed = company.deals.filter(({ lost_reason }) => lost_reason?.startsWith('New per-unit pricing'))
    assertOnly(
      'falling-win-rate',
      blamed.map(({ rep_id }) => rep_id),
    )
    assert.ok(blamed.length >= 7)
  })
})

test('Open deals without a value are all of one rep', () => {
  forEachDay((company) => {
    const found = openDeals(company).filter(({ value_micros }) => value_micros === null)
    assertOnly(
      'deals-without-value',
      found.map(({ rep_id }) => rep_id),
    )
    assertFigure('deals-without-value', found.length)
    const facts = new Set(storyOf('deals-without-value').facts.map(({ id }) => id))
    assert.deepEqual(new Set(found.map(({ id }) => id)), facts)
  })
})

test('What is furthest overdue of what we promised about open deals was promised in one call', () => {
  forEachDay((company, today) => {
    const open = new Set(openDeals(company).map(({ id }) => id))
    const ours = new Set(company.reps.map(({ name }) => name))
    const late = company.transcripts
      .filter(({ deal_id }) => open.has(deal_id ?? ''))
      .flatMap((call) => {
        const lines = readTranscript(call.body).map((line) => ({ ...line, side: 'unknown' as const }))
        return findCommitments(sentencesOf(lines), call.on_day)
          .filter(({ speaker, dueOn }) => ours.has(speaker ?? '') && dueOn !== null && dueOn < today)
          .map(({ dueOn }) => ({ dealId: call.deal_id ?? '', days: daysBetween(dueOn ?? '', today) }))
      })
      .toSorted((a, b) => b.days - a.days)
    assertOnly(
      'promise-overdue',
      late.slice(0, 1).map(({ dealId }) => dealId),
    )
    assertFigure('promise-overdue', late[0]?.days ?? 0)
    assert.ok((late[1]?.days ?? 0) < 30)
  })
})

test('The decided deals of one rep were pushed twice far more often than those of anybody else', () => {
  forEachDay((company) => {
    const rateOf = (repId: string): number => {
      const own = company.deals.filter(({ rep_id, closed_on }) => rep_id === repId && closed_on !== null)
      return own.filter(({ pushed_count }) => pushed_count >= 2).length / own.length
    }
    const reps = company.reps.filter(({ kind }) => kind === 'rep')
    assertOnly(
      'slipping-deals',
      reps.filter(({ id }) => rateOf(id) > 0.5).map(({ id }) => id),
    )
    assertFigure('slipping-deals', rateOf(storyOf('slipping-deals').about.id))
  })
})
