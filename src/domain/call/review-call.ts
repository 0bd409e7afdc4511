import { countOf, formatShare } from '../figure-text.ts'
import { confidenceFrom, type Coverage, type Evidence, type NextStep, type SkillResult } from '../skill.ts'
import type { Day } from '../day.ts'
import type { CallFacts, CallReviewFigures } from './call-review.ts'
import { findCommitments } from './find-commitments.ts'
import { findCompetitors } from './find-competitors.ts'
import { findMeddpicc } from './find-meddpicc.ts'
import { findNextStep } from './find-next-step.ts'
import { findStageSaid } from './find-stage-said.ts'
import { findObjections } from './find-objections.ts'
import { countWords, hearCall, sentencesOf } from './heard-lines.ts'
import { findLongestMonologue, findQuestions, measureTalk } from './talk-share.ts'

/** With fewer lines than this a call says little about how it was led. */
const ENOUGH_LINES = 12

/** All that is found in a call by rule; nothing is guessed about moods, and text of the call is only ever quoted. */
export function reviewCall(facts: CallFacts): CallReviewFigures {
  const lines = hearCall(facts)
  const sentences = sentencesOf(lines)
  const commitments = findCommitments(sentences, facts.onDay)
  const own = [
    facts.clientName ?? '',
    facts.repName ?? '',
    ...facts.ours,
    ...facts.theirs,
    ...lines.flatMap((line) => line.speaker ?? []),
  ]
  const { competitors, places } = findCompetitors(sentences, { rivals: facts.rivals, own })
  const { id, title, onDay, dealId, dealName, clientName, repName } = facts
  return {
    call: {
      id,
      title,
      onDay,
      dealId,
      dealName,
      clientName,
      repName,
      lines: lines.length,
      words: lines.reduce((sum, line) => sum + countWords(line.text), 0),
      seconds: lines.findLast((line) => line.atSeconds !== null)?.atSeconds ?? null,
    },
    talk: measureTalk(lines),
    longestMonologue: findLongestMonologue(lines),
    questions: findQuestions(sentences),
    objections: findObjections(sentences),
    commitments,
    meddpicc: findMeddpicc(sentences, places),
    competitors,
    nextStep: findNextStep(sentences, commitments, onDay),
    stageSaid: findStageSaid(sentences),
  }
}

/** The review as a skill's result. */
export function describeCallReview(figures: CallReviewFigures, asOf: Day): SkillResult<CallReviewFigures> {
  const coverage = coverageOf(figures)
  const { call } = figures
  return {
    skill: 'review-call',
    asOf,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: call.lines, enough: ENOUGH_LINES }),
    caveats: caveatsOf(figures),
    evidence: evidenceOf(figures),
    nextStep: nextStepOf(figures),
    figures,
  }
}

function headlineOf({ call, talk, commitments, meddpicc, nextStep }: CallReviewFigures): string {
  const gaps = meddpicc.filter((finding) => finding.state === 'gap').length
  const share =
    talk.byWords.unknown < 0.5
      ? `we spoke ${formatShare(talk.byWords.us)} of the words`
      : 'who spoke for which side is not known'
  const step = {
    agreed: 'a next step is agreed',
    promised: 'a next step is promised',
    proposed: 'a next step was proposed, not agreed',
    none: 'no next step was agreed',
  }
  return `${call.title}, ${call.onDay}: ${share}, ${countOf(commitments.length, 'commitment')}, ${countOf(gaps, 'MEDDPICC gap')}; ${step[nextStep.state]}.`
}

function coverageOf({ call, talk }: CallReviewFigures): Coverage {
  const inputs = [
    { input: 'the words of the call', has: call.lines > 0, remedy: 'Import the call again; its text is empty.' },
    {
      input: 'speakers by name',
      has: talk.speakers.some((one) => one.name !== null),
      remedy: 'Import a transcript whose lines begin with the speaker, as "Name: words".',
    },
    {
      input: 'which side each speaker is on',
      has: call.lines > 0 && talk.byWords.unknown < 0.1,
      remedy: 'Import the reps, and the contacts of the client under the names used in the call.',
    },
    { input: 'times', has: talk.byTime !== null, remedy: 'Import a transcript with times, such as a WebVTT file.' },
    {
      input: 'the deal or client',
      has: call.dealId !== null || call.clientName !== null,
      remedy: 'Import the call with the deal or client it belongs to.',
    },
  ]
  return {
    present: inputs.flatMap(({ input, has }) => (has ? [input] : [])),
    missing: inputs.flatMap(({ input, has, remedy }) => (has ? [] : [{ input, remedy }])),
  }
}

function caveatsOf({ commitments, talk }: CallReviewFigures): string[] {
  const undated = commitments.filter((one) => one.dueOn === null).length
  return [
    'Only plain statements are recognised; what was hinted at is not in here. Moods are not judged.',
    ...(undated > 0 ? [`${countOf(undated, 'commitment')} named no day.`] : []),
    ...(talk.byTime === null
      ? []
      : ['Times are from the start of one turn to the next; pauses count to the speaker before.']),
  ]
}

/** The call itself; findings cite its lines. */
function evidenceOf({ call }: CallReviewFigures): Evidence[] {
  const rows: Evidence[] = [{ kind: 'transcript', id: call.id, label: call.title }]
  if (call.dealId !== null) rows.push({ kind: 'deal', id: call.dealId, label: call.dealName ?? call.dealId })
  return rows
}

function nextStepOf({ call, nextStep, meddpicc }: CallReviewFigures): NextStep {
  const about = call.dealName ?? call.clientName ?? call.title
  const ask = { persona: 'marcus', text: `Draft a follow-up for ${about}` }
  if (nextStep.state === 'agreed' || nextStep.state === 'promised')
    return { text: 'Write up what was agreed while it is fresh.', ask }
  const gap = meddpicc.find((finding) => finding.state === 'gap')
  const question = gap === undefined ? '' : ` and ask: "${gap.ask}"`
  return { text: `Propose a day for the next talk${question}.`, ask }
}
