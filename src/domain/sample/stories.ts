import { repOf } from './reps.ts'
import { fact, type SampleStory } from './sample-story.ts'
import {
  ABOVE_LICENCE,
  CHAMPION_LEFT,
  FALLING_WIN_RATE,
  LATE_COMPETITOR,
  LATE_PROMISE,
  NO_ECONOMIC_BUYER,
  PUSHED,
  RENEWAL_AT_RISK,
  SILENT_ACCOUNT,
  SINGLE_THREADED,
  SLIPPING_INVOICES,
  SLIPPING_REP,
  STUCK_PAYMENTS,
  TICKET_STORM,
  WITHOUT_VALUE,
} from './story-subjects.ts'

const FALLING_REP = repOf(FALLING_WIN_RATE.territory)
const PUSHING_REP = repOf(SLIPPING_REP.territory)
const VALUELESS_REP = repOf(WITHOUT_VALUE.territory)
const VALUELESS_DEALS = ['deal-0212', 'deal-0213', 'deal-0214', 'deal-0215', 'deal-0216', 'deal-0217'] as const

const DEAL_STORIES: readonly SampleStory[] = [
  {
    id: 'champion-left',
    title: 'The champion has left before the signature',
    about: { kind: 'deal', id: CHAMPION_LEFT.dealId, name: 'Alder Point Residential - Settle Recovery' },
    persona: 'marcus',
    question: 'What is the risk in the Alder Point deal?',
    facts: [
      fact('deals', CHAMPION_LEFT.dealId, 'champion_contact_id').is('contact-0004'),
      fact('deals', CHAMPION_LEFT.dealId, 'stage').is('negotiation'),
      fact('contacts', 'contact-0004', 'left_on').ago(CHAMPION_LEFT.leftAgo),
      fact('contacts', 'contact-0004', 'last_contacted_on').ago(CHAMPION_LEFT.lastContactedAgo),
    ],
    figures: [{ label: 'days since the champion left', amount: CHAMPION_LEFT.leftAgo, about: 0 }],
    signal: 'champion',
  },
  {
    id: 'no-economic-buyer',
    title: 'A proposal lies there because nobody knows who signs',
    about: { kind: 'deal', id: NO_ECONOMIC_BUYER.dealId, name: 'Kestrel Bay Communities - RentRail Payments' },
    persona: 'marcus',
    question: 'Why is the Kestrel Bay deal stuck?',
    facts: [
      fact('deals', NO_ECONOMIC_BUYER.dealId, 'economic_buyer_contact_id').is(null),
      fact('deals', NO_ECONOMIC_BUYER.dealId, 'stage').is('proposal'),
      fact('deals', NO_ECONOMIC_BUYER.dealId, 'stage_entered_on').ago(NO_ECONOMIC_BUYER.stuckDays),
    ],
    figures: [{ label: 'days in proposal', amount: NO_ECONOMIC_BUYER.stuckDays, about: 0 }],
    signal: 'economic_buyer',
  },
  {
    id: 'pushed-four-times',
    title: 'The close was moved four times',
    about: { kind: 'deal', id: PUSHED.dealId, name: 'Northlake Living - Groundview Analytics' },
    persona: 'marcus',
    question: 'Will the Northlake deal close this time?',
    facts: [
      fact('deals', PUSHED.dealId, 'pushed_count').is(PUSHED.pushes),
      fact('deals', PUSHED.dealId, 'expected_close_on').ahead(29),
    ],
    figures: [{ label: 'times the expected close moved later', amount: PUSHED.pushes, about: 0 }],
    signal: 'pushed_close',
  },
  {
    id: 'single-threaded',
    title: 'The largest open deal hangs on one person',
    about: { kind: 'deal', id: SINGLE_THREADED.dealId, name: 'Summerfold Holdings - RentRail Payments' },
    persona: 'marcus',
    question: 'How safe is our biggest deal?',
    facts: [
      fact('deals', SINGLE_THREADED.dealId, 'value_micros').is(SINGLE_THREADED.valueUnits * 1_000_000),
      fact('deals', SINGLE_THREADED.dealId, 'champion_contact_id').is('contact-0092'),
      fact('contacts', 'contact-0092', 'last_contacted_on').ago(4),
    ],
    figures: [{ label: 'people in touch in 90 days', amount: 1, about: 0 }],
    signal: 'single_threaded',
  },
  {
    id: 'late-competitor',
    title: 'A competitor came in during negotiation',
    about: { kind: 'deal', id: LATE_COMPETITOR.dealId, name: 'Graywater Property Partners - Settle Recovery' },
    persona: 'marcus',
    question: 'What changed in the Graywater deal?',
    facts: [
      fact('deals', LATE_COMPETITOR.dealId, 'competitor').is(LATE_COMPETITOR.competitor),
      fact('deals', LATE_COMPETITOR.dealId, 'stage').is('negotiation'),
      fact('transcripts', 'transcript-008', 'deal_id').is(LATE_COMPETITOR.dealId),
      fact('transcripts', 'transcript-008', 'on_day').ago(LATE_COMPETITOR.enteredAgo),
    ],
    figures: [{ label: 'days since the competitor was recorded', amount: LATE_COMPETITOR.enteredAgo, about: 0 }],
    signal: 'competitor',
  },
  {
    id: 'promise-overdue',
    title: 'What we promised in a call never went out',
    about: { kind: 'deal', id: LATE_PROMISE.dealId, name: 'Tamarack Row Rentals - Settle Recovery' },
    persona: 'marcus',
    question: 'What did we promise in the Tamarack Row call?',
    facts: [
      fact('transcripts', 'transcript-041', 'deal_id').is(LATE_PROMISE.dealId),
      fact('transcripts', 'transcript-041', 'on_day').ago(LATE_PROMISE.saidAgo),
    ],
    figures: [
      { label: 'days since the questionnaire was due', amount: LATE_PROMISE.saidAgo - LATE_PROMISE.dueAfter, about: 0 },
    ],
    signal: 'promise_overdue',
  },
]

const REP_STORIES: readonly SampleStory[] = [
  {
    id: 'falling-win-rate',
    title: 'A rep hardly wins since the prices changed',
    about: { kind: 'rep', ...FALLING_REP },
    persona: 'marcus',
    question: `How is ${FALLING_REP.name} doing?`,
    facts: [
      fact('deals', 'deal-0084', 'rep_id').is(FALLING_REP.id),
      fact('deals', 'deal-0084', 'lost_reason').is('New per-unit pricing came out higher than the earlier quote'),
      fact('deals', 'deal-0095', 'stage').is('won'),
    ],
    figures: [
      { label: 'win rate before', amount: FALLING_WIN_RATE.wonBefore / FALLING_WIN_RATE.closedBefore, about: 0 },
      {
        label: 'win rate in the last 180 days',
        amount: FALLING_WIN_RATE.wonSince / FALLING_WIN_RATE.closedSince,
        about: 0,
      },
    ],
    signal: 'win_rate_falling',
  },
  {
    id: 'deals-without-value',
    title: 'Six open deals of one rep have no value',
    about: { kind: 'rep', ...VALUELESS_REP },
    persona: 'marcus',
    question: `Which of ${VALUELESS_REP.name}'s deals are missing a value?`,
    facts: VALUELESS_DEALS.flatMap((id) => [
      fact('deals', id, 'rep_id').is(VALUELESS_REP.id),
      fact('deals', id, 'value_micros').is(null),
    ]),
    figures: [{ label: 'open deals without value', amount: WITHOUT_VALUE.deals, about: 0 }],
    signal: 'value_missing',
  },
  {
    id: 'slipping-deals',
    title: 'The deals of one rep close later than she says, and later again',
    about: { kind: 'rep', ...PUSHING_REP },
    persona: 'marcus',
    question: `What is the performance of ${PUSHING_REP.name}?`,
    facts: [
      fact('deals', 'deal-0166', 'rep_id').is(PUSHING_REP.id),
      fact('deals', 'deal-0166', 'pushed_count').is(SLIPPING_REP.pushes),
    ],
    figures: [
      {
        label: 'share of decided deals pushed twice or more',
        amount: SLIPPING_REP.pushedDeals / SLIPPING_REP.decidedDeals,
        about: 0,
      },
    ],
    signal: 'pushed',
  },
]

const CLIENT_STORIES: readonly SampleStory[] = [
  {
    id: 'renewal-at-risk',
    title: 'Usage fell by 40 % and the renewal is near',
    about: { kind: 'client', id: `client-${RENEWAL_AT_RISK.slug}`, name: 'Maple Ridge Apartment Homes' },
    persona: 'sarah',
    question: 'Which renewal worries you most?',
    facts: [
      fact('clients', `client-${RENEWAL_AT_RISK.slug}`, 'renewal_on').ahead(RENEWAL_AT_RISK.renewalIn),
      fact('usage', `usage-${RENEWAL_AT_RISK.slug}-104`, 'on_day').ago(1),
    ],
    figures: [
      { label: 'change of active users, 90 days against the 90 before', amount: -RENEWAL_AT_RISK.fall, about: 0.05 },
      { label: 'days to the renewal', amount: RENEWAL_AT_RISK.renewalIn, about: 0 },
    ],
    signal: 'usage',
  },
  {
    id: 'slipping-invoices',
    title: 'Each invoice is paid later after rent day than the one before',
    about: { kind: 'client', id: `client-${SLIPPING_INVOICES.slug}`, name: 'Cornerstone Elm Residential' },
    persona: 'sarah',
    question: 'Who is paying us later and later?',
    facts: [fact('invoices', `invoice-${SLIPPING_INVOICES.slug}-02`, 'paid_on').is(null)],
    figures: [{ label: 'days late, last paid invoice', amount: SLIPPING_INVOICES.daysLate.at(-1) ?? 0, about: 0 }],
    signal: 'financial',
  },
  {
    id: 'silent-account',
    title: 'Nobody has talked with a client that uses the software well',
    about: { kind: 'client', id: `client-${SILENT_ACCOUNT.slug}`, name: 'Juniper Hollow Living' },
    persona: 'sarah',
    question: 'Whom have we not spoken with for too long?',
    facts: [fact('activities', 'activity-02690', 'client_id').is(`client-${SILENT_ACCOUNT.slug}`)],
    figures: [{ label: 'days since the last contact', amount: SILENT_ACCOUNT.lastContactAgo, about: 0 }],
    signal: 'engagement',
  },
  {
    id: 'ticket-storm',
    title: 'Escalated tickets pile up since a release',
    about: { kind: 'client', id: `client-${TICKET_STORM.slug}`, name: 'Bellfern Residential' },
    persona: 'sarah',
    question: 'Where does support go wrong?',
    facts: [
      fact('tickets', 'ticket-0525', 'escalated').is(true),
      fact('tickets', 'ticket-0525', 'client_id').is(`client-${TICKET_STORM.slug}`),
    ],
    figures: [
      { label: 'tickets since the release', amount: TICKET_STORM.tickets, about: 0 },
      { label: 'of them escalated', amount: TICKET_STORM.escalated, about: 0 },
    ],
    signal: 'support',
  },
  {
    id: 'above-licence',
    title: 'More people use the software than there are seats',
    about: { kind: 'client', id: `client-${ABOVE_LICENCE.slug}`, name: 'Osprey Landing Communities' },
    persona: 'sarah',
    question: 'Which client is ready to grow with us?',
    facts: [
      fact('clients', `client-${ABOVE_LICENCE.slug}`, 'licensed_seats').is(ABOVE_LICENCE.seats),
      fact('usage', `usage-${ABOVE_LICENCE.slug}-104`, 'active_users').is(ABOVE_LICENCE.activeUsers),
    ],
    figures: [{ label: 'active users per seat', amount: ABOVE_LICENCE.activeUsers / ABOVE_LICENCE.seats, about: 0.03 }],
    signal: 'usage',
  },
  {
    id: 'stuck-payments',
    title: 'Two invoices of a client that pays the others on time have lain unpaid for months',
    about: { kind: 'client', id: `client-${STUCK_PAYMENTS.slug}`, name: 'Live Oak Lane Management Company' },
    persona: 'sarah',
    question: 'Which payments are stuck?',
    facts: STUCK_PAYMENTS.monthsBack.map((back) =>
      fact('invoices', `invoice-${STUCK_PAYMENTS.slug}-0${back + 2}`, 'paid_on').is(null),
    ),
    figures: [{ label: 'invoices more than 60 days past due', amount: STUCK_PAYMENTS.monthsBack.length, about: 0 }],
    signal: 'financial',
  },
]

/** The answer key of the sample company: fifteen stories about fifteen different subjects. */
export const SAMPLE_STORIES: readonly SampleStory[] = [...DEAL_STORIES, ...REP_STORIES, ...CLIENT_STORIES]
