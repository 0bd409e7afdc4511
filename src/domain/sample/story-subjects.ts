/**
 * Whom the planted stories are about and how many days ago their turning points lie. The generators plant from
 * here and the answer key reads from here, so the two cannot drift apart.
 */
export const CHAMPION_LEFT = { slug: 'alder-point', dealId: 'deal-0001', leftAgo: 19, lastContactedAgo: 24 } as const
export const NO_ECONOMIC_BUYER = { slug: 'kestrel-bay', dealId: 'deal-0002', stuckDays: 74 } as const
export const PUSHED = { slug: 'northlake', dealId: 'deal-0003', pushes: 4 } as const
export const SINGLE_THREADED = { slug: 'summerfold', dealId: 'deal-0004', valueUnits: 640_000 } as const
export const LATE_COMPETITOR = {
  slug: 'graywater',
  dealId: 'deal-0005',
  competitor: 'Tollgate Pay',
  enteredAgo: 11,
} as const
/** Prices moved to per-unit tiers `changedAgo` days ago; since then this rep hardly wins. */
export const FALLING_WIN_RATE = {
  territory: 'C2',
  changedAgo: 180,
  wonBefore: 6,
  closedBefore: 12,
  wonSince: 1,
  closedSince: 12,
} as const
export const WITHOUT_VALUE = { territory: 'E2', deals: 6 } as const
export const RENEWAL_AT_RISK = { slug: 'maple-ridge', renewalIn: 45, fall: 0.4 } as const
/** Days late per invoice, the latest one last; the one after them is unpaid. */
export const SLIPPING_INVOICES = { slug: 'cornerstone-elm', daysLate: [1, 3, 5, 8, 12, 17, 22, 27] } as const
export const SILENT_ACCOUNT = { slug: 'juniper-hollow', lastContactAgo: 68 } as const
export const TICKET_STORM = { slug: 'bellfern', releaseAgo: 24, tickets: 16, escalated: 8 } as const
export const ABOVE_LICENCE = { slug: 'osprey-landing', seats: 40, activeUsers: 46 } as const
/** Said in a call `saidAgo` days ago, due `dueAfter` days after it, and nothing came. */
export const LATE_PROMISE = { slug: 'tamarack-row', dealId: 'deal-0028', saidAgo: 42, dueAfter: 7 } as const
/** Of the deals of this rep that are decided, so many were pushed `pushes` times. */
export const SLIPPING_REP = { territory: 'E1', pushes: 2, pushedDeals: 16, decidedDeals: 20 } as const
/** Invoices due at the beginning of the month so many months back are disputed; those before and after are paid. */
export const STUCK_PAYMENTS = { slug: 'live-oak-lane', monthsBack: [3, 4] } as const

const ACCOUNT_STORIES: ReadonlySet<string> = new Set([
  RENEWAL_AT_RISK.slug,
  SLIPPING_INVOICES.slug,
  SILENT_ACCOUNT.slug,
  TICKET_STORM.slug,
  ABOVE_LICENCE.slug,
])
const DEAL_STORIES: ReadonlySet<string> = new Set([
  CHAMPION_LEFT.slug,
  NO_ECONOMIC_BUYER.slug,
  PUSHED.slug,
  SINGLE_THREADED.slug,
  LATE_COMPETITOR.slug,
])

/** True for clients whose own story must stay free of other deals of today. */
export function isReserved(slug: string): boolean {
  return ACCOUNT_STORIES.has(slug) || DEAL_STORIES.has(slug)
}
