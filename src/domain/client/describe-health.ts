import { formatShare } from '../figure-text.ts'
import type { Evidence, NextStep, SkillResult } from '../skill.ts'
import type { HealthAssessment } from './assess-health.ts'
import type { HealthBand, HealthFigures, ScoreTrend, UsageTrend } from './health.ts'

export const BAND_WORDS: Record<HealthBand, string> = {
  thriving: 'thriving',
  healthy: 'healthy',
  at_risk: 'at risk',
  critical: 'critical',
  churning: 'churning',
  unknown: 'unknown',
}

/** What to do about the component that costs most. */
const ADVICE = {
  usage: 'Call the people who stopped using it, and agree one use they get back to this week.',
  engagement: 'Get a live conversation on the calendar this week.',
  support: 'Go through the open and escalated tickets with support, then tell the client what happens when.',
  financial: 'Ask accounts payable what holds the invoices up before the next one is due.',
  relationship: 'Win a second contact and a sponsor: ask for an introduction.',
} as const

/** The whole skill result for an assessed client. */
export function describeHealth(
  { figures, coverage, confidence }: HealthAssessment,
  asOf: string,
): SkillResult<HealthFigures> {
  return {
    skill: 'assess-health',
    asOf,
    headline: headlineOf(figures),
    coverage,
    confidence,
    caveats: caveatsOf(figures),
    evidence: evidenceOf(figures),
    nextStep: nextStepOf(figures),
    figures,
  }
}

/** A fall of mean active users by a tenth or more: the steeper of the two windows. */
export function worstFall({ trend30, trend90 }: HealthFigures): UsageTrend | undefined {
  const falls = [trend30, trend90].filter((trend) => trend !== null).filter((trend) => trend.change <= -0.1)
  return falls.toSorted((a, b) => a.change - b.change)[0]
}

/** `fell by 39.5 % against the 90 days before`. */
export function describeFall(trend: UsageTrend): string {
  return `fell by ${formatShare(-trend.change)} in ${trend.days} days against the ${trend.days} before`
}

function headlineOf(figures: HealthFigures): string {
  const { client, score, band, drivers } = figures
  if (score === null) return `The health of ${client.name} is unknown: nothing is stored that it could be taken from.`
  const down = drivers.filter((driver) => driver.direction === 'down').slice(0, 2)
  const fall = worstFall(figures)
  const trend = fall ? ` Active users ${describeFall(fall)}.` : ''
  const why = down.length > 0 ? ` What costs most: ${down.map((driver) => lowerFirst(driver.text)).join('; ')}.` : ''
  // Cut, not rounded: 74.6 shown as 75 would contradict its band.
  return `${client.name} is ${BAND_WORDS[band]} at ${Math.floor(score)} of 100${describeMove(figures.scoreTrend30)}.${trend}${why}`
}

/** `, 12.3 points down in 30 days`; empty for less than a point. */
function describeMove(trend: ScoreTrend | null): string {
  if (trend === null || Math.abs(trend.change) < 1) return ''
  return `, ${Math.abs(trend.change).toFixed(1)} points ${trend.change < 0 ? 'down' : 'up'} in ${trend.days} days`
}

function caveatsOf(figures: HealthFigures): string[] {
  const { client, score, components, trend30 } = figures
  const absent = components
    .filter((component) => component.score === null)
    .map((component) => component.label.toLowerCase())
  const caveats: string[] = []
  if (score !== null && absent.length > 0)
    caveats.push(`Without data on ${absent.join(', ')}, the score rests on the other parts alone.`)
  if (score === null)
    caveats.push('Import usage, activities, tickets, invoices or contacts of this client to get a score.')
  if (client.renewalInDays === null) caveats.push('No renewal day is known.')
  if (trend30 === null) caveats.push('Too little usage history for a trend.')
  const unlike = [figures.scoreTrend30, figures.scoreTrend90].filter((trend) => trend && !trend.isLikeForLike)
  if (unlike.length > 0)
    caveats.push(
      `Other inputs were known ${unlike.map((trend) => trend?.days).join(' and ')} days ago than today: part of the change in score comes from that.`,
    )
  const beside = figures.remembered.filter((note) => note.bearsOn === null)
  if (beside.length > 0) caveats.push(`Remembered, and not part of the score: ${beside.map(quoted).join('; ')}.`)
  return caveats
}

function quoted({ text }: { readonly text: string }): string {
  return `"${text}"`
}

function evidenceOf({ client, drivers, components, remembered }: HealthFigures): Evidence[] {
  const own: Evidence = { kind: 'client', id: client.id, label: client.name }
  const inputs = components.flatMap((component) => component.inputs.flatMap((input) => input.evidence))
  const all = [
    own,
    ...remembered.map((note) => note.evidence),
    ...drivers.flatMap((driver) => driver.evidence),
    ...inputs,
  ]
  return all
    .filter((item, index) => all.findIndex((other) => other.kind === item.kind && other.id === item.id) === index)
    .slice(0, 30)
}

function nextStepOf(figures: HealthFigures): NextStep | null {
  const { client, drivers, score } = figures
  const open: Evidence = { kind: 'client', id: client.id, label: client.name }
  if (score === null) return { text: `Import what you have about ${client.name}; usage or invoices say most.`, open }
  const worst = drivers.find((driver) => driver.direction === 'down')
  const renewal =
    client.renewalInDays !== null && client.renewalInDays >= 0 && client.renewalInDays <= 90
      ? ` The renewal is in ${client.renewalInDays} days.`
      : ''
  if (worst) return { text: `${ADVICE[worst.component]}${renewal}`, open }
  const fall = worstFall(figures)
  if (fall) return { text: `Active users ${describeFall(fall)}: ask what changed.${renewal}`, open }
  return { text: `All is well; a good moment to ask for a reference or talk about growth.${renewal}`, open }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
