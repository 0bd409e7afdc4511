import { rateDropZ, wilsonInterval } from '../deal/statistics.ts'
import { countOf, formatShare } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import type { Evidence } from '../skill.ts'
import type { CoachingNeed, RepRecord } from './sections.ts'

/** Decided deals needed on either side before a win rate may be called lower than before. */
const ENOUGH_DECIDED = 8
/** Standard errors a fall must span: about 1 in 40 by chance. */
const SURE_FROM = 1.96
/** From this share of the open value on, high risk is the rep's topic and not one deal's. */
const AT_RISK_SHARE = 1 / 3
const SILENT_DEALS = 3
const SILENT_SHARE = 1 / 3

/**
 * Why a rep may want coaching, each reason derived from the rep's own rows; null without any. Reasons, not ranks: a rep
 * is held against own history and own deals, never against a peer.
 */
export function coachingNeedOf(record: RepRecord): CoachingNeed | null {
  const found = [winRateReason(record), riskReason(record), silenceReason(record)].filter((reason) => reason !== null)
  if (found.length === 0) return null
  const topics = new Set(found.map((reason) => reason.topic))
  const own: Evidence = { kind: 'rep', id: record.repId, label: record.name }
  const deals = record.dealIds.filter((deal) => topics.has(deal.why))
  return {
    repId: record.repId,
    name: record.name,
    reasons: found.map((reason) => reason.text),
    atRisk: record.atRisk,
    evidence: [own, ...deals.map(({ id, label }): Evidence => ({ kind: 'deal', id, label }))],
  }
}

/** Most reasons first, then the most money at risk; equal ones by name. */
export function byNeed(a: CoachingNeed, b: CoachingNeed): number {
  return (
    b.reasons.length - a.reasons.length ||
    (b.atRisk?.amountMicros ?? 0) - (a.atRisk?.amountMicros ?? 0) ||
    a.name.localeCompare(b.name)
  )
}

interface Reason {
  readonly topic: RepRecord['dealIds'][number]['why']
  readonly text: string
}

function winRateReason({ wonNow, decidedNow, wonBefore, decidedBefore }: RepRecord): Reason | null {
  if (decidedNow < ENOUGH_DECIDED || decidedBefore < ENOUGH_DECIDED) return null
  const z = rateDropZ({ won: wonBefore, n: decidedBefore }, { won: wonNow, n: decidedNow })
  const before = wonBefore / decidedBefore
  const interval = wilsonInterval(wonNow / decidedNow, decidedNow)
  if (z < SURE_FROM || interval === null || interval.high >= before) return null
  const range = `95 % interval ${formatShare(interval.low)} to ${formatShare(interval.high)}`
  return {
    topic: 'lost',
    text: `Won ${wonNow} of ${decidedNow} deals in 180 days (${range}); ${wonBefore} of ${decidedBefore} in the year before.`,
  }
}

function riskReason({ highRiskDeals, atRisk, openValue }: RepRecord): Reason | null {
  if (highRiskDeals < 2 || atRisk === null || openValue === null || openValue.amountMicros <= 0) return null
  const share = atRisk.amountMicros / openValue.amountMicros
  if (share < AT_RISK_SHARE) return null
  return {
    topic: 'risk',
    text: `${countOf(highRiskDeals, 'open deal')} at high risk: ${formatMoney(atRisk)}, ${formatShare(share)} of the open value.`,
  }
}

function silenceReason({ silentDeals, openDeals }: RepRecord): Reason | null {
  if (silentDeals < SILENT_DEALS || silentDeals < SILENT_SHARE * openDeals) return null
  return { topic: 'silent', text: `${silentDeals} of ${countOf(openDeals, 'open deal')} silent for 30 days or more.` }
}
