import { daysBetween } from '../day.ts'
import { countOf, formatShare } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import { standingOf, type ClientNumbers, type MeetingFacts, type MeetingQuestion } from './meeting.ts'
import type { DealSignal, DealSignalName } from './risk.ts'

const QUESTIONS_ASKED = 3
/** A risk asks louder than a gap in the records of the same weight. */
const UNKNOWN_FACTOR = 0.6
/** Renewals nearer than this are worth a question. */
const RENEWAL_DAYS = 120
const USAGE_FALL = -0.15

/** What to ask about each signal of a deal; those that no question in a meeting can settle are left out. */
const SIGNAL_QUESTIONS: Readonly<Partial<Record<DealSignalName, string>>> = {
  economic_buyer: 'Who signs this, and what will that person ask first?',
  champion: 'Who on your side is better off if this comes, and may we plan it with them?',
  single_threaded: 'Who else has to live with this decision, and could we hear them before it is made?',
  next_step: 'What is the next thing that has to happen, who does it, and by when?',
  decision_criteria: 'By which two or three things will you decide?',
  timeline: 'What happens on your side on the day this has to work, and what must be done before it?',
  pushed_close: 'The date has moved before: what was missing each time, and is it there now?',
  competitor: 'What do you see elsewhere that you would miss with us?',
  activity_gap: 'What has changed on your side since we last spoke?',
  age: 'What would have to be true for you to decide, or to drop it?',
}

/** The three questions that weigh most, each from something that is risky or unknown. Pure. */
export function meetingQuestions(facts: MeetingFacts): MeetingQuestion[] {
  const all = [
    ...dealQuestions(facts),
    ...clientQuestions(facts),
    ...peopleQuestions(facts),
    ...promiseQuestions(facts),
  ]
  const sorted = all.toSorted((a, b) => b.weight - a.weight)
  return sorted
    .filter((one, index) => sorted.findIndex(({ question }) => question === one.question) === index)
    .slice(0, QUESTIONS_ASKED)
}

function dealQuestions({ deals }: MeetingFacts): MeetingQuestion[] {
  return deals.flatMap(({ risk }) =>
    risk.signals.flatMap((signal) => {
      const question = SIGNAL_QUESTIONS[signal.name]
      if (question === undefined || signal.state === 'ok') return []
      const deal = { kind: 'deal' as const, id: risk.deal.id, label: risk.deal.name }
      return [
        {
          question,
          why: `${risk.deal.name}: ${signal.detail}`,
          weight: weightOf(signal),
          evidence: [deal, ...signal.evidence],
        },
      ]
    }),
  )
}

const SEVERITY = { high: 1, medium: 0.7, low: 0.4 } as const

function weightOf({ weight, severity, state }: DealSignal): number {
  return weight * SEVERITY[severity] * (state === 'risk' ? 1 : UNKNOWN_FACTOR)
}

function clientQuestions({ client, numbers, asOf }: MeetingFacts): MeetingQuestion[] {
  if (client === null || numbers === null) return []
  const own = { kind: 'client' as const, id: client.id, label: client.name }
  const found: MeetingQuestion[] = []
  const inDays = numbers.renewalOn === null ? null : daysBetween(asOf, numbers.renewalOn)
  if (inDays !== null && inDays >= 0 && inDays <= RENEWAL_DAYS)
    found.push({
      question: 'If you had to decide about the next term today, what would speak against it?',
      why: `The contract renews in ${countOf(inDays, 'day')}.`,
      weight: 0.12,
      evidence: [own],
    })
  if (numbers.usageChange !== null && numbers.usageChange <= USAGE_FALL)
    found.push({
      question: 'Who used it a month ago and does not now, and what do they do instead?',
      why: `Active users fell by ${formatShare(-numbers.usageChange)} against the 30 days before.`,
      weight: 0.14,
      evidence: [own, ...numbers.usageRows],
    })
  return [...found, ...billQuestions(numbers)]
}

function billQuestions(numbers: ClientNumbers): MeetingQuestion[] {
  const found: MeetingQuestion[] = []
  if (numbers.overdue !== null)
    found.push({
      question: 'What holds the open invoice up, and who can release it?',
      why: `${formatMoney(numbers.overdue)} is overdue${numbers.oldestOverdueDays === null ? '' : `, the oldest for ${countOf(numbers.oldestOverdueDays, 'day')}`}.`,
      weight: 0.11,
      evidence: numbers.overdueRows,
    })
  if (numbers.openTicketCount > 0)
    found.push({
      question: 'Which of the open tickets hurts most, and whom?',
      why: `${countOf(numbers.openTicketCount, 'ticket')} ${numbers.openTicketCount === 1 ? 'is' : 'are'} open.`,
      weight: 0.06,
      evidence: numbers.openTickets,
    })
  return found
}

function peopleQuestions({ people, asOf }: MeetingFacts): MeetingQuestion[] {
  return people.flatMap((person) => {
    const evidence = [{ kind: 'contact' as const, id: person.id, label: person.name }]
    const standing = standingOf(person, asOf)
    if (standing === 'left' && person.leftOn !== null && daysBetween(person.leftOn, asOf) <= 90)
      return [
        {
          question: `Who has taken over from ${person.name}, and what did they inherit?`,
          why: `${person.name}${person.role === null ? '' : `, ${person.role},`} left on ${person.leftOn}.`,
          weight: 0.13,
          evidence,
        },
      ]
    if (standing === 'never_met' && person.role?.toLowerCase().includes('economic buyer'))
      return [
        {
          question: `What does ${person.name} need to see from this, and could we meet?`,
          why: `${person.name} is on record as economic buyer, and no touch with them is.`,
          weight: 0.1,
          evidence,
        },
      ]
    return []
  })
}

function promiseQuestions({ commitments, asOf }: MeetingFacts): MeetingQuestion[] {
  return commitments.flatMap((one) => {
    if (one.dueOn === null || one.dueOn >= asOf || one.side === 'us') return []
    return [
      {
        question: `What became of "${one.text}"?`,
        why: `It was promised for ${one.dueOn} and is not marked as done.`,
        weight: 0.12,
        evidence: [{ kind: 'transcript' as const, id: one.transcriptId, label: one.text }],
      },
    ]
  })
}
