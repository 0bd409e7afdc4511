import type { DealStage } from './sample-rows.ts'

export const NEXT_STEPS: Readonly<Record<Exclude<DealStage, 'won' | 'lost'>, readonly string[]>> = {
  prospecting: [
    'Book a first call with operations',
    'Send the two-page overview and propose times',
    'Ask for an introduction to the head of property systems',
    'Find out which portal residents use today',
  ],
  qualification: [
    'Walk through the rent-day timeline with accounting',
    'Map who signs and who only advises',
    'Get last quarter’s delinquency figures',
    'Demo autopay and partial payments to site staff',
    'Confirm which property-management system must be connected',
  ],
  proposal: [
    'Review the proposal line by line with finance',
    'Agree the pilot properties and what success means',
    'Answer the security questionnaire',
    'Send the integration plan with the cut-over day',
  ],
  negotiation: [
    'Redline call with legal',
    'Settle payment terms and the start date',
    'Send the order form for signature',
    'Agree the roll-out order of the properties',
  ],
}

export const DECISION_CRITERIA = [
  'Posting to the ledger without a nightly file',
  'Share of residents on autopay after six months',
  'Cost per unit under two percent of what is collected late today',
  'Certified connection to their property-management system',
  'Fewer calls to the leasing office in the first week of the month',
  'Audit trail for partial payments and reversals',
  'Bilingual resident experience on the phone',
] as const

export const TIMELINES = [
  'Live before the next budget year',
  'Live before the autumn lease-up',
  'Pilot on three properties, then all within a quarter',
  'Cut over between two rent days',
  'Must replace the current portal before its contract ends',
] as const

export const COMPETITORS = ['Tollgate Pay', 'Rentspool', 'LeasePenny', 'In-house portal'] as const

/** The reason that only deals after the change of prices carry; see the story of the falling win rate. */
export const NEW_PRICING_REASON = 'New per-unit pricing came out higher than the earlier quote'

export const LOST_TO_COMPETITOR = 'Chose a competitor'

export const LOST_REASONS = [
  'No decision, stayed with checks and the bank’s lockbox',
  'Budget moved to renovations',
  'Integration with their system not certified',
  'Sponsor changed role',
  'Timing: revisit next year',
  'Price',
] as const
