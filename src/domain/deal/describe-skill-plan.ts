import type { Day } from '../day.ts'
import { countOf } from '../figure-text.ts'
import type { Evidence, NextStep, SkillResult } from '../skill.ts'
import { comparisonText } from './describe-performance.ts'
import type { PerformanceFigures } from './performance.ts'
import type { SkillPlanFigures } from './skill-plan.ts'

interface PlanTerms {
  readonly asOf: Day
  /** What the plan rests on. */
  readonly review: SkillResult<PerformanceFigures>
  /** Faults of method files, as sentences. */
  readonly faults: readonly string[]
}

/** The whole skill result for a plan: as sure as the review it rests on. */
export function describeSkillPlan(figures: SkillPlanFigures, terms: PlanTerms): SkillResult<SkillPlanFigures> {
  const { review } = terms
  const rows = figures.gaps.flatMap(({ gap, practiseOn }) => [...practiseOn, ...gap.evidence])
  const own: Evidence = { kind: 'rep', id: figures.rep.id, label: figures.rep.name }
  return {
    skill: 'plan-skills',
    asOf: terms.asOf,
    headline: headlineOf(figures),
    coverage: review.coverage,
    confidence: review.confidence,
    caveats: [...caveatsOf(figures), ...review.caveats, ...terms.faults],
    evidence: [...new Map([own, ...rows].map((row) => [`${row.kind} ${row.id}`, row])).values()],
    nextStep: nextStepOf(figures),
    figures,
  }
}

function headlineOf({ rep, gaps, currency }: SkillPlanFigures): string {
  if (gaps.length === 0) return `${rep.name}: no gap stands out from the rows, so there is nothing to plan.`
  return `${rep.name}: six weeks on ${gaps.map(({ gap }) => comparisonText(gap, currency)).join('; ')}.`
}

function caveatsOf({ gaps, untold }: SkillPlanFigures): string[] {
  const caveats = gaps.flatMap(({ gap, method, target }) => [
    ...(method === null
      ? [`No exercises are written for ${gap.label.toLowerCase()}; add a file to methods/practice.`]
      : []),
    ...(target.noticeable === null
      ? [`Six weeks bring too few rows to show any change of ${gap.label.toLowerCase()}.`]
      : []),
  ])
  if (gaps.length === 0 && untold.length > 0)
    caveats.push(
      `${countOf(untold.length, 'measure')} cannot be told from the rows there are: ${untold.map(({ label }) => label.toLowerCase()).join(', ')}. No gap found is not the same as no gap.`,
    )
  return caveats
}

function nextStepOf({ rep, gaps, untold }: SkillPlanFigures): NextStep {
  const open: Evidence = { kind: 'rep', id: rep.id, label: rep.name }
  const week = gaps[0]?.weeks[0]
  if (week) return { text: `Begin with week 1, "${week.title}", and check in on ${week.checkInOn}.`, open }
  const [first] = untold
  return first && first.moreNeeded !== null
    ? {
        text: `Look again after about ${countOf(first.moreNeeded, `more ${first.rows}`)}: ${first.label.toLowerCase()} could then be told.`,
        open,
      }
    : { text: `Look again in a month, with more deals of ${rep.name} decided.`, open }
}
