import type { Day } from '../day.ts'
import { countOf } from '../figure-text.ts'
import { confidenceFrom, type Coverage, type Evidence, type NextStep, type SkillResult } from '../skill.ts'
import type { AlikeDeals, ObjectionDeal, ObjectionFigures } from './objection.ts'

/** Clues (a phrase counts for three, a word for one) from which on the kind is as good as named. */
const ENOUGH_CLUES = 3

/** The whole skill result for an objection. */
export function describeObjection(
  figures: ObjectionFigures,
  { asOf, faults }: { readonly asOf: Day; readonly faults: readonly string[] },
): SkillResult<ObjectionFigures> {
  const { chosen, deal } = figures
  const coverage = coverageOf(figures)
  const clues = chosen === null ? 0 : Math.min(ENOUGH_CLUES, chosen.score)
  return {
    skill: 'handle-objection',
    asOf,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: Math.floor(clues), enough: ENOUGH_CLUES }),
    caveats: [...caveatsOf(figures), ...faults],
    evidence: evidenceOf(figures),
    nextStep: nextStepOf(figures, deal === null ? null : { kind: 'deal', id: deal.id, label: deal.name }),
    figures,
  }
}

function headlineOf({ chosen, deal, kinds }: ObjectionFigures): string {
  const where = deal === null ? '' : ` in ${deal.name}`
  if (chosen !== null) return `It sounds like "${chosen.method.name}"${where}: listen, acknowledge, ask, then answer.`
  return kinds.length === 0
    ? 'There are no method files for objections, so I have nothing written to answer from.'
    : `I do not recognise the objection${where}, so I will not guess what is behind it. Ask first.`
}

function coverageOf({ chosen, deal, lostAlike, sameCompetitor }: ObjectionFigures): Coverage {
  const inputs: readonly [string, boolean, string][] = [
    ["the objection's words", chosen !== null, 'Give the objection in the words of the buyer.'],
    deal === null
      ? ['the deal', false, 'Say which deal it was heard in.']
      : ['the deal', saysAnything(deal), 'Record client, product, value and people of the deal.'],
    ['lost deals with that reason', (lostAlike?.lost ?? 0) > 0, 'Record why deals are lost.'],
    ...(deal === null || deal.competitor === null
      ? []
      : [
          [
            'decided deals with the same competitor',
            (sameCompetitor?.won ?? 0) + (sameCompetitor?.lost ?? 0) > 0,
            'Record the competitor on decided deals.',
          ] as const,
        ].map(([input, isPresent, remedy]): [string, boolean, string] => [input, isPresent, remedy])),
  ]
  return {
    present: inputs.filter(([, isPresent]) => isPresent).map(([input]) => input),
    missing: inputs.filter(([, isPresent]) => !isPresent).map(([input, , remedy]) => ({ input, remedy })),
  }
}

/** A name and a stage alone tell nothing of why somebody objects. */
function saysAnything(deal: ObjectionDeal): boolean {
  const { clientName, productName, competitor, hasEconomicBuyer, hasChampion, hasDecisionCriteria } = deal
  const isNamed = [clientName, productName, competitor].some((name) => name !== null)
  return isNamed || hasEconomicBuyer || hasChampion || hasDecisionCriteria || deal.hasTimeline || deal.hasValue
}

function caveatsOf({ chosen, others, sameCompetitor, traits }: ObjectionFigures): string[] {
  const caveats: string[] = []
  if (chosen !== null)
    caveats.push(
      `Recognised by ${chosen.found.map((term) => `"${term}"`).join(', ')}${chosen.context.length > 0 ? `, and because ${chosen.context.join(' and ')}` : ''}.`,
    )
  if (others.length > 0)
    caveats.push(
      `It may also be: ${others.map(({ name }) => name.toLowerCase()).join('; ')}. Ask which before answering.`,
    )
  if (sameCompetitor !== null && traits.length === 0) caveats.push(nothingInCommon(sameCompetitor))
  caveats.push(
    'The way of answering is written by people, not learnt from your rows; the rows say how such deals ended.',
  )
  return caveats
}

function nothingInCommon({ basis, won, lost }: AlikeDeals): string {
  return `Decided ${basis}: ${countOf(won + lost, 'deal')}; nothing that won ones had in common stands out from chance.`
}

function evidenceOf({ deal, lostAlike, sameCompetitor }: ObjectionFigures): Evidence[] {
  const own: Evidence[] = deal === null ? [] : [{ kind: 'deal', id: deal.id, label: deal.name }]
  const rows = [...own, ...(lostAlike?.evidence ?? []), ...(sameCompetitor?.evidence ?? [])]
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}

function nextStepOf({ chosen, kinds }: ObjectionFigures, open: Evidence | null): NextStep {
  const text =
    chosen === null
      ? kinds.length === 0
        ? 'Add files to methods/objections.'
        : 'Ask the buyer: "What would have to be true for this not to stand in the way?"'
      : `Ask first: ${firstQuestion(chosen.method.steps.question)}`
  return open === null ? { text } : { text, open }
}

function firstQuestion(text: string): string {
  return (text.split('\n').find((line) => line.startsWith('- ')) ?? text).replace(/^- /, '')
}
