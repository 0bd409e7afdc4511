import type { Day } from '../day.ts'
import { countOf, formatShare } from '../figure-text.ts'
import { confidenceFrom, type Coverage, type Evidence, type NextStep, type SkillResult } from '../skill.ts'
import { formatMoney } from '../money.ts'
import type { PerformanceComparison, PerformanceFacts, PerformanceFigures } from './performance.ts'

/** Decided deals from which on a win rate is known to about ten points either way. */
const ENOUGH_DECIDED = 90

/** The whole skill result for an assessed rep. */
export function describePerformance(
  figures: PerformanceFigures,
  facts: PerformanceFacts,
): SkillResult<PerformanceFigures> {
  const own = facts.tallies.filter((tally) => tally.repId === facts.rep.id)
  const decided = own.reduce((sum, tally) => sum + tally.won + tally.lost, 0)
  const coverage = coverageOf(facts, decided)
  return {
    skill: 'review-performance',
    asOf: facts.asOf,
    headline: headlineOf(figures, decided),
    coverage,
    confidence: confidenceFrom(coverage, { rows: decided, enough: ENOUGH_DECIDED }),
    caveats: caveatsOf(figures, facts.asOf),
    evidence: evidenceOf(figures),
    nextStep: nextStepOf(figures),
    figures,
  }
}

/** What stands out, in words with its figures: `win rate 8.3 % against 50.0 % before`. */
export function comparisonText({ label, against, rep, other, unit }: PerformanceComparison, currency: string): string {
  const words = against === 'history' ? 'in the time before' : 'among peers'
  const figure = (value: number): string => figureText(value, unit, currency)
  return `${label.toLowerCase()} ${figure(rep.value)} against ${figure(other.value)} ${words}`
}

/** A figure in the words of its unit. */
function figureText(value: number, unit: PerformanceComparison['unit'], currency: string): string {
  if (unit === 'share') return formatShare(value)
  if (unit === 'days') return countOf(Math.round(value), 'day')
  if (unit === 'money') return formatMoney({ amountMicros: value, currency })
  return value.toFixed(1)
}

function headlineOf({ rep, gaps, strengths, comparisons, currency }: PerformanceFigures, decided: number): string {
  if (decided === 0 && comparisons.length === 0)
    return `${rep.name}: no decided deals in the last two years, so there is nothing to compare.`
  const [gap] = gaps
  const [strength] = strengths
  const parts = [
    ...(gap ? [`behind in ${comparisonText(gap, currency)}`] : []),
    ...(strength ? [`ahead in ${comparisonText(strength, currency)}`] : []),
  ]
  return parts.length > 0
    ? `${rep.name}: ${parts.join('; ')}.`
    : `${rep.name}: nothing stands out from ${countOf(decided, 'decided deal')}; too few to tell, or simply alike.`
}

function coverageOf(facts: PerformanceFacts, decided: number): Coverage {
  const { tracked } = facts
  const inputs: readonly [string, boolean, string][] = [
    ['decided deals', decided > 0, 'Import won and lost deals with the rep and the day they closed.'],
    ['won values', facts.tallies.some((tally) => tally.value.n > 0), 'Import the value of won deals.'],
    ['days from start to close', facts.cycles.some((row) => row.isRep), 'Import the day each deal was created.'],
    ['activities', tracked.activities, 'Import activities with the rep who did them.'],
    ['next steps', tracked.nextStep, 'Record a next step on open deals.'],
    ['economic buyers', tracked.economicBuyer, 'Record the economic buyer on deals.'],
    ['champions', tracked.champion, 'Record the champion on deals.'],
    ['pushed close days', tracked.pushes, 'Import deals again as they change, so that moved close days are seen.'],
    ['lost reasons', facts.reasons.length > 0, 'Record why deals are lost.'],
    ['stages before the loss', facts.stages.some(({ lost }) => lost > 0), 'Import deals again as they change stage.'],
    ['quota', facts.quotaMicros !== null, `Import a quota per quarter for ${facts.rep.name}.`],
    ['peers', facts.peers.kind !== 'none', 'Peers are compared when you may see them, or five or more together.'],
  ]
  return {
    present: inputs.filter(([, isPresent]) => isPresent).map(([input]) => input),
    missing: inputs.filter(([, isPresent]) => !isPresent).map(([input, , remedy]) => ({ input, remedy })),
  }
}

function caveatsOf(figures: PerformanceFigures, asOf: Day): string[] {
  const { comparisons, peers, quota, unknownStage, rep } = figures
  const told = comparisons.filter((found) => found.difference !== null).length
  const caveats: string[] = []
  if (told > 0) {
    const chance = (told / 20).toFixed(1)
    caveats.push(
      `${countOf(told, 'comparison')} at 95 % each: about ${chance} of them would stand out by chance alone, so treat a single one as a question.`,
    )
  }
  if (peers.kind === 'anonymous')
    caveats.push(`Peers are the sum of ${countOf(peers.count, 'rep')}; no single one of them can be read from it.`)
  if (peers.kind === 'none')
    caveats.push('No peers are compared: too few to stay anonymous, and none whom you may see.')
  if (quota === null) caveats.push(`No quota is recorded for ${rep.name}, so attainment is not known.`)
  else
    caveats.push(
      `The quota is taken to be per calendar quarter; this one runs since ${quota.quarterStart}, up to ${asOf}.`,
    )
  if (unknownStage > 0)
    caveats.push(
      `Of ${countOf(unknownStage, 'lost deal')} no change of stage is recorded, so where they were lost is not known.`,
    )
  return caveats
}

function evidenceOf({ rep, comparisons, lostReasons }: PerformanceFigures): Evidence[] {
  const own: Evidence = { kind: 'rep', id: rep.id, label: rep.name }
  const rows = [
    own,
    ...comparisons.flatMap((found) => found.evidence),
    ...lostReasons.flatMap((found) => found.evidence),
  ]
  return [...new Map(rows.map((row) => [`${row.kind} ${row.id}`, row])).values()].slice(0, 60)
}

function nextStepOf({ rep, gaps, comparisons }: PerformanceFigures): NextStep {
  const open: Evidence = { kind: 'rep', id: rep.id, label: rep.name }
  const [gap] = gaps
  if (gap)
    return {
      text: `Talk with ${rep.name} about ${gap.label.toLowerCase()}, with the deals behind it on the table.`,
      ask: { persona: 'marcus', text: `Make a skill plan for ${rep.name}` },
      open,
    }
  const closest = comparisons
    .filter((found) => found.moreNeeded !== null)
    .toSorted((a, b) => (a.moreNeeded ?? 0) - (b.moreNeeded ?? 0))[0]
  return closest
    ? {
        text: `Look again after about ${countOf(closest.moreNeeded ?? 0, `more ${closest.rows}`)}: ${closest.label.toLowerCase()} could then be told.`,
        open,
      }
    : { text: `Keep recording deals of ${rep.name}; nothing calls for a change now.`, open }
}
