import { withDays } from '../figure-text.ts'
import type { ToolOutcome } from '../model.ts'
import { CHOOSE } from './follow-up.ts'
import { at, listAt, numberAt, parseJson, textAt } from './json-reader.ts'
import { blocks, bullets, countKinds, dayText, percentCell } from './markdown.ts'
import { renderCall } from './render-call.ts'
import { renderChurn } from './render-churn.ts'
import { renderDeal } from './render-deal.ts'
import { renderFollowUp } from './render-follow-up.ts'
import { renderHealth } from './render-health.ts'
import { renderIntervention } from './render-intervention.ts'
import { renderPipeline } from './render-pipeline.ts'
import { renderPortfolio } from './render-portfolio.ts'
import { renderQbr } from './render-qbr.ts'
import { renderRenewals } from './render-renewals.ts'
import { renderSuccessPlan } from './render-success-plan.ts'
import { renderMeeting } from './render-meeting.ts'
import { renderObjection } from './render-objection.ts'
import { renderPerformance } from './render-performance.ts'
import { renderSkillPlan } from './render-skill-plan.ts'
import { nextStepLead, openingOf, type Voice } from './voice.ts'

const MAX_CANDIDATES = 8

const RENDERERS: Readonly<Record<string, (figures: unknown) => string>> = {
  'review-pipeline': renderPipeline,
  'coach-deal': renderDeal,
  'plan-skills': renderSkillPlan,
  'review-performance': renderPerformance,
  'handle-objection': renderObjection,
  'prepare-meeting': renderMeeting,
  'review-call': renderCall,
  'draft-follow-up': renderFollowUp,
  'assess-health': renderHealth,
  'predict-churn': renderChurn,
  'review-portfolio': renderPortfolio,
  'forecast-renewals': renderRenewals,
  'plan-intervention': renderIntervention,
  'plan-success': renderSuccessPlan,
  'prepare-qbr': renderQbr,
}

/** What a skill gave back, as Markdown a person reads. Answers for any content; never throws. */
export function renderOutcome(outcome: ToolOutcome, voice: Voice): string {
  const content = parseJson(outcome.content)
  if (!outcome.ok) return renderFailure(content)
  switch (at(content, 'kind')) {
    case 'result':
      return renderResult(at(content, 'result'), voice)
    case 'choice':
      return renderChoice(content)
    case 'nothing':
      return blocks([textAt(content, 'reason') || 'I found nothing for that.', textAt(content, 'remedy')])
    default:
      return `I cannot read what ${outcome.tool} gave back, so I will not guess at it.`
  }
}

function renderFailure(content: unknown): string {
  const detail = textAt(content, 'error', 'detail')
  return detail === ''
    ? 'That did not work, and I was not told why. Nothing was changed by me.'
    : `That did not work: ${detail}`
}

function renderChoice(content: unknown): string {
  const candidates = listAt(content, 'candidates').slice(0, MAX_CANDIDATES)
  const items = candidates.map((candidate) => `${textAt(candidate, 'label')} (${textAt(candidate, 'id')})`)
  return blocks([textAt(content, 'question') || 'Which one do you mean?', bullets(items), CHOOSE])
}

/** The figures of a skill in Markdown; nothing for a skill that has no words of its own. */
export function renderFigures(skill: string, figures: unknown): string {
  const renderer = Object.hasOwn(RENDERERS, skill) ? RENDERERS[skill] : undefined
  return renderer ? renderer(figures) : ''
}

function renderResult(result: unknown, voice: Voice): string {
  const name = textAt(result, 'skill')
  const body = renderFigures(name, at(result, 'figures'))
  return blocks([
    openingOf(voice, name),
    `**${withDays(textAt(result, 'headline')) || 'Done.'}**`,
    body,
    renderMissing(result, body),
    renderConfidence(result),
    renderNextStep(result, voice),
  ])
}

/** Caveats and gaps; a remedy that the figures have just named is not said twice. */
function renderMissing(result: unknown, body: string): string {
  const missing = listAt(result, 'coverage', 'missing').flatMap((gap) => {
    const remedy = textAt(gap, 'remedy')
    return remedy !== '' && body.includes(remedy) ? [] : [{ input: textAt(gap, 'input'), remedy }]
  })
  const caveats = listAt(result, 'caveats').map((caveat) => textAt({ caveat }, 'caveat'))
  const lines = [...caveats, ...together(missing)].filter((line) => line !== '')
  return lines.length === 0 ? '' : `**What is missing or estimated**\n\n${bullets(lines)}`
}

/** Inputs that the same import would supply are one line. */
function together(gaps: readonly { readonly input: string; readonly remedy: string }[]): string[] {
  return [...Map.groupBy(gaps, (gap) => gap.remedy || gap.input)].map(([, alike]) =>
    joined(alike.map((gap) => gap.input).join(', '), alike[0]?.remedy ?? ''),
  )
}

function joined(input: string, remedy: string): string {
  return remedy === '' ? input : `${input}: ${remedy}`
}

const SURENESS: Readonly<Record<string, string>> = {
  high: 'I am confident in this',
  medium: 'I am fairly, not fully, confident in this',
  low: 'Take this with caution',
  none: 'I cannot stand behind more than these counts',
}

/** How sure, in words first; then on what it rests and the day it speaks for. Gaps named above are not named again. */
function renderConfidence(result: unknown): string {
  const level = at(result, 'confidence', 'level')
  const words = typeof level === 'string' && Object.hasOwn(SURENESS, level) ? SURENESS[level] : undefined
  const evidence = listAt(result, 'evidence')
  const day = dayText(at(result, 'asOf'))
  const sentences = [
    words === undefined ? '' : `${words}${basisOf(result)}.`,
    evidence.length === 0 ? '' : `It rests on ${countKinds(evidence)}.`,
    day === '' ? '' : `The data speaks for ${day}.`,
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function basisOf(result: unknown): string {
  const value = numberAt(result, 'confidence', 'value')
  const reason = textAt(result, 'confidence', 'reason')
    .split('; ')
    .filter((part) => !part.startsWith('missing: '))
  const basis = [...reason, value === null ? '' : percentCell(value)].filter((part) => part !== '')
  return basis.length === 0 ? '' : ` (${basis.join('; ')})`
}

function renderNextStep(result: unknown, voice: Voice): string {
  const step = textAt(result, 'nextStep', 'text')
  return step === '' ? '' : `**${nextStepLead(voice)}:** ${step}`
}
