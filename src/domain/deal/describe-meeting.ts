import { countOf } from '../figure-text.ts'
import { confidenceFrom, type Coverage, type Evidence, type NextStep, type SkillResult } from '../skill.ts'
import { meetingPage, type MeetingFacts, type MeetingFigures } from './meeting.ts'
import { meetingQuestions } from './meeting-questions.ts'

/** The whole skill result: one page before a meeting. */
export function describeMeeting(facts: MeetingFacts): SkillResult<MeetingFigures> {
  const figures = meetingPage(facts, meetingQuestions(facts))
  const coverage = coverageOf(facts)
  return {
    skill: 'prepare-meeting',
    asOf: facts.asOf,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: 1, enough: 1 }),
    caveats: caveatsOf(figures),
    evidence: evidenceOf(facts, figures),
    nextStep: nextStepOf(figures),
    figures,
  }
}

function headlineOf({ about, meeting, people, deals, client }: MeetingFigures): string {
  const what =
    meeting === null
      ? `Before you meet ${client?.name ?? about.label}`
      : `${meeting.subject ?? meeting.kind} on ${meeting.onDay}`
  const parts = [
    countOf(people.filter(({ standing }) => standing !== 'left').length, 'person', 'people'),
    ...(deals.length > 0 ? [countOf(deals.length, 'open deal')] : []),
  ]
  const level = deals.find((deal) => deal.level === 'high') ?? deals[0]
  const risk = level && level.level !== 'unknown' ? `; ${level.name} is at ${level.level} risk` : ''
  return `${what}: ${parts.join(', ')}${risk}.`
}

function coverageOf(facts: MeetingFacts): Coverage {
  const { numbers } = facts
  const inputs: readonly [string, boolean, string][] = [
    ['people', facts.people.length > 0, 'Import the contacts of the client.'],
    ['touches', facts.touches.length > 0, 'Import activities with this client.'],
    ['commitments', facts.commitments.length > 0, 'Import a transcript: promises are read from it.'],
    ['open deals', facts.deals.length > 0, 'Import open deals with this client.'],
    ['the meeting itself', facts.meeting !== null, 'Import the coming meeting as an activity on its day.'],
    [
      'yearly revenue and renewal',
      numbers !== null && numbers.arr !== null && numbers.renewalOn !== null,
      'Import yearly revenue and the renewal day of the client.',
    ],
    ['usage', numbers !== null && numbers.usageChange !== null, 'Import usage of the last 60 days.'],
  ]
  return {
    present: inputs.filter(([, isPresent]) => isPresent).map(([input]) => input),
    missing: inputs.filter(([, isPresent]) => !isPresent).map(([input, , remedy]) => ({ input, remedy })),
  }
}

function caveatsOf({ commitments, deals, questions }: MeetingFigures): string[] {
  return [
    ...(commitments.length === 0
      ? ['No open commitments are on record; only those heard in an imported call would be.']
      : []),
    ...(deals.some((deal) => deal.level === 'unknown')
      ? ['Of at least one deal too little is recorded to rate its risk.']
      : []),
    ...(questions.length < 3
      ? [
          `Only ${countOf(questions.length, 'question')} follow${questions.length === 1 ? 's' : ''} from what is risky or unknown; none is made up.`,
        ]
      : []),
  ]
}

function evidenceOf(facts: MeetingFacts, { questions }: MeetingFigures): Evidence[] {
  const rows: Evidence[] = [
    facts.about,
    ...(facts.meeting
      ? [{ kind: 'activity' as const, id: facts.meeting.id, label: facts.meeting.subject ?? facts.meeting.kind }]
      : []),
    ...facts.deals.map(({ risk }) => ({ kind: 'deal' as const, id: risk.deal.id, label: risk.deal.name })),
    ...(facts.client ? [{ kind: 'client' as const, id: facts.client.id, label: facts.client.name }] : []),
    ...facts.touches.map(({ id, subject, kind }) => ({ kind: 'activity' as const, id, label: subject ?? kind })),
    ...facts.people.map(({ id, name }) => ({ kind: 'contact' as const, id, label: name })),
    ...facts.commitments.map((one) => ({ kind: 'transcript' as const, id: one.transcriptId, label: one.text })),
    ...questions.flatMap((one) => one.evidence),
    ...facts.remembered.map((fact) => ({ kind: 'memory' as const, id: fact.memoryId, label: fact.text })),
  ]
  return [...new Map(rows.map((row) => [`${row.kind} ${row.id}`, row])).values()].slice(0, 60)
}

function nextStepOf({ questions, about, commitments }: MeetingFigures): NextStep {
  const late = commitments.find((one) => one.isLate && one.side === 'us')
  if (late)
    return { text: `We owe them "${late.text}" since ${late.dueOn}: do it or say when before you meet.`, open: about }
  const [first] = questions
  return {
    text: first ? `Ask early: ${first.question}` : 'Agree what the meeting is to decide, and say so in the invitation.',
    open: about,
  }
}
