import type { CallCommitment, CallReviewFigures } from '../call/call-review.ts'
import { cutText } from '../cut-text.ts'
import type { Day } from '../day.ts'
import { formatWeekday } from '../figure-text.ts'
import type { Evidence } from '../skill.ts'
import { FIELD_LABELS, type FieldChange, type FollowUp, type FollowUpFacts, type UpdateField } from './follow-up.ts'

interface Author {
  readonly name: string
  /** What the member wants said, in their own words. */
  readonly note: string | null
}

/** The e-mail and the record's changes, of what was said and stored only; what is missing becomes a note, never a phrase. */
export function writeFollowUp(facts: FollowUpFacts, author: Author): FollowUp {
  const to = recipientsOf(facts)
  const changes = facts.deal.status === 'open' ? changesOf(facts) : []
  return {
    to: to.flatMap(({ name, email }) => (email === null ? [] : [{ name, email }])),
    subject: subjectOf(facts),
    body: bodyOf(
      facts,
      author,
      to.map(({ name }) => name),
    ),
    changes,
    notes: notesOf(facts, to),
    sources: sourcesOf(facts),
  }
}

/** Contacts who spoke in the call; without a call the one met last. People who have left are no recipients. */
function recipientsOf({ review, contacts, activity }: FollowUpFacts): { name: string; email: string | null }[] {
  const present = contacts.filter((contact) => !contact.hasLeft)
  const names =
    review === null
      ? [activity?.contactName ?? '']
      : review.talk.speakers.flatMap(({ name, side }) => (side === 'them' ? (name ?? []) : []))
  return present
    .filter((contact) => names.some((name) => name.toLowerCase() === contact.name.toLowerCase()))
    .map(({ name, email }) => ({ name, email }))
}

function subjectOf({ review, deal }: FollowUpFacts): string {
  return review === null
    ? `Following up: ${deal.name}`
    : `Our call on ${formatWeekday(review.call.onDay)}: what we agreed`
}

function bodyOf(facts: FollowUpFacts, author: Author, names: readonly string[]): string {
  const first = names.map((name) => name.split(' ')[0] ?? name)
  const parts = [
    first.length === 0 ? 'Hello,' : `Hello ${inWords(first)},`,
    openingOf(facts),
    ...(facts.review === null ? [] : agreedPart(facts.review, author)),
    ...nextStepPart(facts),
    ...(author.note === null ? [] : [author.note]),
    ...questionPart(facts.review),
    `Best regards,\n${author.name}`,
  ]
  return parts.join('\n\n')
}

function openingOf({ review, activity }: FollowUpFacts): string {
  if (review !== null) return `Thank you for our call on ${formatWeekday(review.call.onDay)}.`
  if (activity === null) return 'I would like to take up our conversation again.'
  const kind = /^(?:call|meeting|demo)$/.test(activity.kind) ? activity.kind : 'exchange'
  return `I am coming back to our ${kind} on ${formatWeekday(activity.onDay)}.`
}

/** Ours in our words, theirs as they said it: a promise of theirs must not be put into other words. */
function agreedPart({ commitments }: CallReviewFigures, author: Author): string[] {
  const ours = commitments
    .filter((one) => one.side === 'us')
    .map(
      (one) =>
        `- ${one.speaker === null || isSame(one.speaker, author.name) ? 'I' : one.speaker} will ${one.what}${byDay(one)}`,
    )
  const theirs = commitments
    .filter((one) => one.side === 'them')
    .map((one) => `- ${one.speaker ?? 'You'}: "${one.text}"${dayIn(one)}`)
  return ours.length + theirs.length === 0
    ? []
    : [['What I noted:', ...ours.map((line) => plainVerb(line)), ...theirs].join('\n')]
}

/** `you will have it` reads on as it was said; `I will you will` does not. */
function plainVerb(line: string): string {
  return line.replace(/^- (.+?) will you(?:['’]ll| will) /, '- You will ')
}

function byDay({ dueOn }: CallCommitment): string {
  return dueOn === null ? '' : `, by ${formatWeekday(dueOn)}`
}

function dayIn({ dueOn }: CallCommitment): string {
  return dueOn === null ? '' : ` (${formatWeekday(dueOn)})`
}

function nextStepPart({ review, asOf }: FollowUpFacts): string[] {
  const step = review?.nextStep
  if (step === undefined || step.onDay === null || step.state === 'promised' || step.state === 'none') return []
  if (step.onDay < asOf) return []
  return step.state === 'agreed'
    ? [`We agreed to go on on ${formatWeekday(step.onDay)}; I look forward to it.`]
    : [`Would ${formatWeekday(step.onDay)}, as proposed in the call, suit you for the next step?`]
}

/** One question at most: the first gap of the call. */
function questionPart(review: CallReviewFigures | null): string[] {
  const gap = review?.meddpicc.find((finding) => finding.state === 'gap')
  return gap === undefined ? [] : [`One question in the meantime: ${lowerFirst(gap.ask)}`]
}

function changesOf({ review, deal, asOf }: FollowUpFacts): FieldChange[] {
  if (review === null) return []
  const step = nextStepOf(review, asOf)
  const steps =
    step === null
      ? []
      : [change('next_step', deal.nextStep, step.text), change('next_step_on', deal.nextStepOn, step.onDay)]
  const changes = [...steps, ...missingFields(review, deal), ...stageChange(review, deal.stage)]
  return changes.filter((one) => one.from !== one.to)
}

/** What the record lacks and the call told; what it holds already is not replaced by talk. */
function missingFields({ competitors, meddpicc }: CallReviewFigures, deal: FollowUpFacts['deal']): FieldChange[] {
  const [rival, ...others] = competitors
  const criteria = meddpicc.find(({ name }) => name === 'decision_criteria')?.quotes[0]
  return [
    ...(rival && others.length === 0 && deal.competitor === null ? [change('competitor', null, rival.name)] : []),
    ...(criteria && deal.decisionCriteria === null ? [change('decision_criteria', null, criteria.text)] : []),
  ]
}

function change(field: UpdateField, from: string | null, to: string | null): FieldChange {
  return { field, label: FIELD_LABELS[field], from, to }
}

const STAGE_ORDER = ['prospecting', 'qualification', 'proposal', 'negotiation']

function stageChange({ stageSaid }: CallReviewFigures, stage: string): FieldChange[] {
  return stageSaid !== null &&
    STAGE_ORDER.indexOf(stageSaid.stage) > STAGE_ORDER.indexOf(stage) &&
    STAGE_ORDER.includes(stage)
    ? [change('stage', stage, stageSaid.stage)]
    : []
}

const MOST_OF_A_STEP = 500

/** What was agreed, else what we promised first; a day that has passed is no next step. */
function nextStepOf({ nextStep, commitments }: CallReviewFigures, asOf: Day): { text: string; onDay: Day } | null {
  if (nextStep.state === 'agreed' && nextStep.onDay !== null && nextStep.onDay >= asOf) {
    return {
      text: cutText(`Agreed in the call: "${nextStep.quote?.text ?? ''}"`, MOST_OF_A_STEP),
      onDay: nextStep.onDay,
    }
  }
  const ours = commitments
    .filter(({ side, dueOn }) => side === 'us' && dueOn !== null && dueOn >= asOf)
    .toSorted((a, b) => ((a.dueOn ?? '') < (b.dueOn ?? '') ? -1 : 1))[0]
  return ours?.dueOn
    ? { text: cutText(`${ours.speaker ?? 'We'}: ${ours.what}`, MOST_OF_A_STEP), onDay: ours.dueOn }
    : null
}

function notesOf(facts: FollowUpFacts, to: readonly { name: string; email: string | null }[]): string[] {
  const { review, deal, activity } = facts
  const promised = review?.commitments ?? []
  return [
    ...(to.length === 0 ? ['No contact of the client is known to have been there: add who it goes to.'] : []),
    ...to.flatMap(({ name, email }) => (email === null ? [`${name} has no e-mail address on record: add it.`] : [])),
    ...(review === null ? ['There is no transcript for this deal, so nothing is said about what was agreed.'] : []),
    ...(review === null && activity === null ? ['There is no activity on record either: say what this is about.'] : []),
    ...(review !== null && promised.length === 0
      ? ['No commitment was recognised in the call: check whether there was one.']
      : []),
    ...promised.flatMap((one) =>
      one.side === 'unknown'
        ? [`It is not known which side said "${one.text}" (line ${one.line}); it is left out.`]
        : [],
    ),
    ...promised.flatMap((one) =>
      one.dueOn === null && one.side !== 'unknown' ? [`"${one.text}" (line ${one.line}) named no day.`] : [],
    ),
    ...(review !== null && review.nextStep.state === 'none'
      ? ['No next step was agreed in the call: propose one.']
      : []),
    ...(deal.status === 'open' ? [] : [`The deal is ${deal.status}; no change of its record is proposed.`]),
  ]
}

function sourcesOf({ deal, review, activity }: FollowUpFacts): Evidence[] {
  const sources: Evidence[] = [{ kind: 'deal', id: deal.id, label: deal.name }]
  if (review !== null) sources.push({ kind: 'transcript', id: review.call.id, label: review.call.title })
  else if (activity !== null)
    sources.push({ kind: 'activity', id: activity.id, label: activity.subject ?? activity.kind })
  return sources
}

function inWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}

function isSame(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase()
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
