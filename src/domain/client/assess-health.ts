import { daysBetween } from '../day.ts'
import { CLIENT_SLOTS } from '../memory/slots.ts'
import { confidenceFrom, type Confidence, type Coverage } from '../skill.ts'
import type { HealthComponent, HealthDriver, HealthFigures, HealthInput, RememberedNote, ScoreTrend } from './health.ts'
import type { HealthRows } from './health-rows.ts'
import { leaverOf } from './relationship-health.ts'
import { factOf, memoryEvidence } from './remembered.ts'
import { rowsAsOf } from './rows-as-of.ts'
import { round1, scoreHealth, type HealthScore } from './score-health.ts'
import { usageTrend } from './usage-health.ts'

/** The lower edge of `healthy`: drivers are measured against it. */
const NEUTRAL = 75
/** Rows from which on more of them add nothing to confidence. */
const ENOUGH_ROWS = 30
const DRIVERS_EACH_WAY = 3

export interface HealthAssessment {
  readonly figures: HealthFigures
  readonly coverage: Coverage
  readonly confidence: Confidence
}

/**
 * A client's health, 0 to 100, from stored rows and what is remembered. Inputs and components without rows are absent:
 * the weights of what is present are renormalised, and confidence falls. No rows at all give no score.
 */
export function assessHealth(rows: HealthRows): HealthAssessment {
  const now = scoreHealth(rows)
  const coverage = coverageOf(now.components)
  return {
    figures: {
      client: clientOf(rows),
      score: now.score,
      band: now.band,
      components: now.components,
      drivers: driversOf(now.components),
      trend30: usageTrend(rows, 30),
      trend90: usageTrend(rows, 90),
      scoreTrend30: scoreTrend(rows, now, 30),
      scoreTrend90: scoreTrend(rows, now, 90),
      remembered: rememberedNotes(rows),
    },
    coverage,
    confidence: confidenceFrom(coverage, { rows: rowCount(rows), enough: ENOUGH_ROWS }),
  }
}

/** The score against that of the same rows as they stood `days` ago; null when either day has none. */
function scoreTrend(rows: HealthRows, now: HealthScore, days: 30 | 90): ScoreTrend | null {
  const then = scoreHealth(rowsAsOf(rows, days))
  if (now.score === null || then.score === null) return null
  return {
    days,
    score: now.score,
    scoreBefore: then.score,
    change: round1(now.score - then.score),
    isLikeForLike: knownInputs(now) === knownInputs(then),
  }
}

/** What moves the score most, three each way. */
export function driversOf(components: readonly HealthComponent[]): HealthDriver[] {
  const drivers = components.flatMap((component) => component.inputs.flatMap((input) => driverOf(component, input)))
  const strongest = drivers.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))
  const take = (direction: 'up' | 'down'): HealthDriver[] =>
    strongest.filter((driver) => driver.direction === direction).slice(0, DRIVERS_EACH_WAY)
  return [...take('down'), ...take('up')]
}

function knownInputs({ components }: HealthScore): string {
  return components
    .flatMap(({ inputs }) => inputs.filter((input) => input.score !== null).map((input) => input.name))
    .join()
}

/** What is present and what is not; several inputs of one remedy count each, so that coverage follows the model. */
function coverageOf(components: readonly HealthComponent[]): Coverage {
  const inputs = components.flatMap((component) => component.inputs)
  return {
    present: inputs.filter((input) => input.score !== null).map((input) => input.label),
    missing: inputs
      .filter((input) => input.score === null)
      .map((input) => ({ input: input.label, remedy: input.remedy })),
  }
}

function driverOf(component: HealthComponent, input: HealthInput): HealthDriver[] {
  if (input.score === null || input.value === null) return []
  const presentWeight = component.inputs.reduce((sum, other) => sum + (other.score === null ? 0 : other.weight), 0)
  const points = round1((component.weight * input.weight * (input.score - NEUTRAL)) / presentWeight)
  if (points === 0) return []
  const text = `${input.label}: ${input.value}`
  return [{ direction: points > 0 ? 'up' : 'down', component: component.name, text, points, evidence: input.evidence }]
}

/** The newest fact of each slot, and whether the score has an input for it. */
function rememberedNotes(rows: HealthRows): RememberedNote[] {
  return CLIENT_SLOTS.flatMap((slot) => {
    const fact = factOf(rows.facts, slot)
    if (fact === undefined) return []
    const isUsed =
      slot === 'executive_sponsor' || (slot === 'contact_left' && leaverOf(rows.contacts, fact) !== undefined)
    const bearsOn = isUsed ? ('relationship' as const) : null
    return [{ slot, text: fact.text, saidOn: fact.saidOn, bearsOn, evidence: memoryEvidence(fact) }]
  })
}

/** Rows up to the day that the model can read. */
function rowCount(rows: HealthRows): number {
  return rows.usage.length + rows.activities.length + rows.tickets.length + rows.invoices.length + rows.contacts.length
}

export function clientOf({ client, days }: HealthRows): HealthFigures['client'] {
  const { id, name, segment, ownerName, csmName, arr, renewalOn } = client
  const renewalInDays = renewalOn === null ? null : daysBetween(days.clients, renewalOn)
  return { id, name, segment, ownerName, csmName, arr, renewalOn, renewalInDays }
}
