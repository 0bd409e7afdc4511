import type { SampleDeal } from './deal-details.ts'
import { NEW_PRICING_REASON } from './deal-phrases.ts'
import {
  ABOVE_LICENCE,
  CHAMPION_LEFT,
  FALLING_WIN_RATE,
  LATE_COMPETITOR,
  LATE_PROMISE,
  NO_ECONOMIC_BUYER,
  PUSHED,
  RENEWAL_AT_RISK,
  SINGLE_THREADED,
  SLIPPING_INVOICES,
  TICKET_STORM,
} from './story-subjects.ts'

/** A line of a script: who speaks (our side or the client's) and what. */
export type Line = readonly ['we' | 'they', string]
/** What is said in a call that a story needs; general talk is put around it. */
export type StoryScript = readonly Line[]

export interface StoryCall {
  readonly slug: string
  readonly dealId: string | null
  readonly role: string
  readonly ago: number
  readonly kind: string
  readonly subject: string
  readonly notes: string
  /** Null: a touch without a transcript. */
  readonly script: StoryScript | null
}

const DEAL_CALLS: readonly StoryCall[] = [
  {
    slug: CHAMPION_LEFT.slug,
    dealId: CHAMPION_LEFT.dealId,
    role: 'champion',
    ago: CHAMPION_LEFT.lastContactedAgo,
    kind: 'call',
    subject: 'Terms and start date',
    notes: 'Price agreed. Mentioned changes in the team without saying which.',
    script: [
      ['they', 'On the price we are fine. I have it in the plan for the year.'],
      ['we', 'Good. Who takes the redlines to legal, you or finance?'],
      ['they', 'I would have done it. There are some changes on our side, let me see who picks it up.'],
      ['we', 'Changes that touch this project?'],
      ['they', 'Nothing I can say today. Send the order form to me and copy our finance lead, to be safe.'],
    ],
  },
  {
    slug: CHAMPION_LEFT.slug,
    dealId: CHAMPION_LEFT.dealId,
    role: 'user',
    ago: 12,
    kind: 'email',
    subject: 'Who takes over the recovery project?',
    notes:
      'The mail to our champion came back: no longer with the company. The accountant does not know who takes over.',
    script: null,
  },
  {
    slug: NO_ECONOMIC_BUYER.slug,
    dealId: NO_ECONOMIC_BUYER.dealId,
    role: 'champion',
    ago: 15,
    kind: 'call',
    subject: 'Proposal walk-through',
    notes: 'Fourth time we asked who signs. Champion does not know; there may be an investment committee.',
    script: [
      ['we', 'When you say the proposal is good, who has to say yes after you?'],
      ['they', 'Honestly, I am not sure. Above a certain sum it leaves my desk.'],
      ['we', 'Which sum, and whose desk does it reach?'],
      ['they', 'There is talk of an investment committee. I have never presented to it.'],
      ['we', 'Could we find out together? Without the person who owns the budget the proposal will lie there.'],
      ['they', 'Let me ask around. I asked last month too and nobody wanted to own it.'],
    ],
  },
  {
    slug: PUSHED.slug,
    dealId: PUSHED.dealId,
    role: 'champion',
    ago: 16,
    kind: 'call',
    subject: 'Terms and start date',
    notes: 'Asked for another month. No reason that was not there before.',
    script: [
      ['we', 'We had the signature down for the end of this month.'],
      ['they', 'I know. We need another month. The budget round is not closed.'],
      ['we', 'That is the fourth date we set together. What has to be true for the next one to hold?'],
      ['they', 'Fair question. Nothing is burning here, so it always slides behind the lease-up.'],
      ['we', 'What does a month of waiting cost you in late payments?'],
      ['they', 'We never put a number on it. Maybe we should.'],
    ],
  },
  {
    slug: SINGLE_THREADED.slug,
    dealId: SINGLE_THREADED.dealId,
    role: 'champion',
    ago: 14,
    kind: 'call',
    subject: 'Proposal walk-through',
    notes: 'Everything goes through one person, who prefers it that way.',
    script: [
      ['we', 'I would like to bring your finance chief and the systems team in before the pilot.'],
      ['they', 'Send things to me. I will pass on what they need to see.'],
      ['we', 'It is the largest roll-out we would do this year. They will have questions only they can ask.'],
      ['they', 'They trust me on this. Let us not make the circle too big.'],
      ['we', 'What happens to the project if you are out for two weeks?'],
      ['they', 'It waits, I suppose.'],
    ],
  },
  {
    slug: LATE_COMPETITOR.slug,
    dealId: LATE_COMPETITOR.dealId,
    role: 'economic buyer',
    ago: LATE_COMPETITOR.enteredAgo,
    kind: 'call',
    subject: 'Terms and start date',
    notes: `${LATE_COMPETITOR.competitor} made an offer after we sent the order form: lower price per unit, no recovery workflow.`,
    script: [
      ['they', `You should know that ${LATE_COMPETITOR.competitor} came to us last week with an offer.`],
      ['we', 'Thank you for saying so. What made you look at it this late?'],
      ['they', 'They are lower per unit, and our board asked whether we had compared.'],
      ['we', 'What would you lose with them that you had counted on?'],
      ['they', 'The settlement workflow. They would have us keep the agencies in spreadsheets.'],
      ['we', 'Then let us put both next to each other with your own recovery figures.'],
      ['they', 'Do that. I have to answer the board either way.'],
    ],
  },
]

const CLIENT_CALLS: readonly StoryCall[] = [
  {
    slug: RENEWAL_AT_RISK.slug,
    dealId: null,
    role: 'user',
    ago: 13,
    kind: 'call',
    subject: 'Review after rent day',
    notes: 'Three properties went back to the bank’s lockbox. Nobody wanted to talk about the renewal.',
    script: [
      ['we', 'I see fewer people signing in than in spring. What changed?'],
      ['they', 'Three of the properties went back to the lockbox. The new supervisors were never trained.'],
      ['we', 'Nobody told us, and I should have asked sooner. Is the decision final?'],
      ['they', 'It is not a decision, it just happened. But the renewal is coming and people ask what we pay for.'],
      ['we', 'Could we have the supervisors for an hour before the next rent day?'],
      ['they', 'I can ask. You should also speak to the chief operating officer.'],
    ],
  },
  {
    slug: SLIPPING_INVOICES.slug,
    dealId: null,
    role: 'economic buyer',
    ago: 18,
    kind: 'call',
    subject: 'Monthly check-in',
    notes: 'Asked about the late invoices: cash is tight until the refinancing closes.',
    script: [
      ['we', 'Your invoices used to come in on rent day. Lately each one is a few days later than the last.'],
      ['they', 'I know. We pay the lenders first until the refinancing closes.'],
      ['we', 'When do you expect that?'],
      ['they', 'It has moved twice. I would rather not promise a day.'],
      ['we', 'Would a payment plan help, so that it does not pile up?'],
      ['they', 'It might. Send me something I can show our controller.'],
    ],
  },
  {
    slug: TICKET_STORM.slug,
    dealId: null,
    role: 'champion',
    ago: 9,
    kind: 'call',
    subject: 'Escalation: postings since release 8.4',
    notes: 'Batch posting broke with release 8.4. Wants a named engineer and a daily status.',
    script: [
      ['they', 'Since release 8.4 our batches fail every night. My team posts by hand until ten.'],
      ['we', 'I have the tickets in front of me, half of them escalated. I am sorry; this is not what you pay for.'],
      ['they', 'I have heard sorry. I need a name and a day.'],
      ['we', 'You get an engineer by name today and a status every afternoon until it is fixed.'],
      ['they', 'If the next rent day goes like this one, I will have to look at the contract.'],
    ],
  },
  {
    slug: ABOVE_LICENCE.slug,
    dealId: null,
    role: 'champion',
    ago: 10,
    kind: 'call',
    subject: 'Monthly check-in',
    notes: 'More people than seats; two properties join next quarter. Nobody has spoken about more seats yet.',
    script: [
      ['they', 'We put the new community teams on it as well. They share logins at the moment.'],
      ['we', 'I saw that more people work with it than you have seats for.'],
      ['they', 'That is a good sign, is it not? Two more properties come next quarter.'],
      ['we', 'It is. How many people would you want on it by then?'],
      ['they', 'Fifty, perhaps fifty-five. Nobody asked us yet what that costs.'],
    ],
  },
]

/** Calls of stories that came later; numbered behind all others, whose numbers stay. */
export const LATER_CALLS: readonly StoryCall[] = [
  {
    slug: LATE_PROMISE.slug,
    dealId: LATE_PROMISE.dealId,
    role: 'champion',
    ago: LATE_PROMISE.saidAgo,
    kind: 'call',
    subject: 'Questions of their bank',
    notes: 'Their bank wants the security questionnaire before it opens the account.',
    script: [
      ['they', 'Our bank opens the account only after it has your security questionnaire.'],
      ['we', 'Is that the only paper they wait for?'],
      ['they', 'The only one. Everything else lies on my desk, signed.'],
      ['we', 'We will send you the security questionnaire by {promised}.'],
      ['they', 'That leaves the bank two weeks before the board meets. It is enough, barely.'],
    ],
  },
  {
    slug: LATE_PROMISE.slug,
    dealId: LATE_PROMISE.dealId,
    role: 'champion',
    ago: 20,
    kind: 'email',
    subject: 'Any news of the questionnaire?',
    notes: 'Asked a second time for the security questionnaire. The bank has not moved.',
    script: null,
  },
]

const PRICING_SCRIPT: StoryScript = [
  ['they', 'The quote in spring was a flat price. Now it is per unit, and it came out a third higher.'],
  ['we', 'The prices moved to per-unit tiers for everybody.'],
  ['they', 'Nobody explained what we get for it. We had a number in the budget.'],
  ['we', 'I should have walked you through it before sending the new one.'],
  ['they', 'It may be fair, but we cannot carry it this year.'],
]

/** The last conversation of the latest deal that the new prices lost. */
function pricingCalls(deals: readonly SampleDeal[]): StoryCall[] {
  const lost = deals
    .filter(
      ({ row, client }) =>
        client.entry.territory === FALLING_WIN_RATE.territory && row.lost_reason === NEW_PRICING_REASON,
    )
    .sort((a, b) => (a.closedAgo ?? 0) - (b.closedAgo ?? 0))
  return lost.slice(0, 2).map(({ row, client, closedAgo }) => ({
    slug: client.entry.slug,
    dealId: row.id,
    role: 'champion',
    ago: (closedAgo ?? 0) + 1,
    kind: 'call',
    subject: 'Why the decision went against us',
    notes: 'The new per-unit price was the reason, and that nobody had explained it.',
    script: PRICING_SCRIPT,
  }))
}

/** Conversations that stories rest on. */
export function storyCallsOf(deals: readonly SampleDeal[]): StoryCall[] {
  return [...DEAL_CALLS, ...CLIENT_CALLS, ...pricingCalls(deals)]
}
