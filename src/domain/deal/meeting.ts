import { daysBetween, type Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'
import type { DealRiskFigures } from './risk.ts'

/** Somebody first spoken with within so many days is new to us. */
const NEW_DAYS = 45

export interface MeetingPerson {
  readonly id: string
  readonly name: string
  readonly title: string | null
  readonly role: string | null
  readonly leftOn: Day | null
  readonly firstTouchOn: Day | null
  readonly lastTouchOn: Day | null
  readonly touches: number
}

/** `never_met`: no touch and no last contact on record. */
export type PersonStanding = 'left' | 'never_met' | 'new' | 'known'

export interface MeetingTouch {
  readonly id: string
  readonly kind: string
  readonly onDay: Day
  readonly subject: string | null
  readonly notes: string | null
  readonly contactName: string | null
}

export interface MeetingCommitment {
  readonly id: string
  readonly text: string
  readonly side: 'us' | 'them' | 'unknown'
  readonly speaker: string | null
  readonly saidOn: Day
  readonly dueOn: Day | null
  readonly transcriptId: string
}

export interface ClientNumbers {
  readonly arr: Money | null
  readonly renewalOn: Day | null
  /** Mean active users of the last 30 days over those of the 30 before, minus one; null without both. */
  readonly usageChange: number | null
  readonly usageRows: readonly Evidence[]
  readonly openTickets: readonly Evidence[]
  readonly openTicketCount: number
  /** Invoices past their day, in the client's currency. */
  readonly overdue: Money | null
  readonly overdueRows: readonly Evidence[]
  readonly oldestOverdueDays: number | null
}

export interface MeetingDeal {
  readonly risk: DealRiskFigures
  readonly stageEnteredOn: Day | null
}

export interface MeetingQuestion {
  readonly question: string
  readonly why: string
  readonly weight: number
  readonly evidence: readonly Evidence[]
}

export interface MeetingFacts {
  readonly asOf: Day
  readonly about: Evidence
  readonly meeting: {
    readonly id: string
    readonly kind: string
    readonly onDay: Day
    readonly subject: string | null
  } | null
  readonly client: { readonly id: string; readonly name: string } | null
  readonly people: readonly MeetingPerson[]
  readonly touches: readonly MeetingTouch[]
  readonly commitments: readonly MeetingCommitment[]
  readonly deals: readonly MeetingDeal[]
  readonly numbers: ClientNumbers | null
  readonly remembered: readonly { readonly memoryId: string; readonly text: string; readonly saidOn: Day }[]
}

/** What `prepare-meeting` answers in `figures`: one page. */
export interface MeetingFigures {
  readonly about: Evidence
  readonly meeting: MeetingFacts['meeting']
  readonly client: MeetingFacts['client']
  readonly people: readonly (MeetingPerson & { readonly standing: PersonStanding })[]
  /** The last five touches, newest first. */
  readonly history: readonly MeetingTouch[]
  readonly commitments: readonly (MeetingCommitment & { readonly isLate: boolean })[]
  readonly deals: readonly {
    readonly id: string
    readonly name: string
    readonly stage: string
    readonly value: DealRiskFigures['deal']['value']
    readonly stageDays: number | null
    readonly level: DealRiskFigures['level']
    readonly winProbability: DealRiskFigures['winProbability']
    readonly nextStep: string | null
    readonly nextStepOn: Day | null
    readonly risks: readonly { readonly label: string; readonly detail: string; readonly remedy: string }[]
  }[]
  readonly numbers: (ClientNumbers & { readonly renewalInDays: number | null }) | null
  /** At most three, what weighs most first. */
  readonly questions: readonly MeetingQuestion[]
  readonly remembered: MeetingFacts['remembered']
}

const RISKS_SHOWN = 4
const STANDING_ORDER = { never_met: 0, new: 1, known: 2, left: 3 } as const

/** Whether we know somebody, by what is on record. */
export function standingOf(person: MeetingPerson, asOf: Day): PersonStanding {
  if (person.leftOn !== null && person.leftOn <= asOf) return 'left'
  if (person.lastTouchOn === null) return 'never_met'
  return person.firstTouchOn !== null && daysBetween(person.firstTouchOn, asOf) <= NEW_DAYS ? 'new' : 'known'
}

/** One page before a meeting, but for its questions. Pure. */
export function meetingPage(facts: MeetingFacts, questions: readonly MeetingQuestion[]): MeetingFigures {
  const { asOf, numbers } = facts
  return {
    about: facts.about,
    meeting: facts.meeting,
    client: facts.client,
    people: facts.people
      .map((person) => ({ ...person, standing: standingOf(person, asOf) }))
      .toSorted((a, b) => STANDING_ORDER[a.standing] - STANDING_ORDER[b.standing] || a.name.localeCompare(b.name)),
    history: facts.touches,
    commitments: facts.commitments.map((one) => ({ ...one, isLate: one.dueOn !== null && one.dueOn < asOf })),
    deals: facts.deals.map(({ risk, stageEnteredOn }) => ({
      id: risk.deal.id,
      name: risk.deal.name,
      stage: risk.deal.stage,
      value: risk.deal.value,
      stageDays: stageEnteredOn === null ? null : daysBetween(stageEnteredOn, asOf),
      level: risk.level,
      winProbability: risk.winProbability,
      nextStep: risk.deal.nextStep,
      nextStepOn: risk.deal.nextStepOn,
      risks: risk.signals
        .filter((signal) => signal.state === 'risk')
        .slice(0, RISKS_SHOWN)
        .map(({ label, detail, remedy }) => ({ label, detail, remedy })),
    })),
    numbers: numbers && {
      ...numbers,
      renewalInDays: numbers.renewalOn === null ? null : daysBetween(asOf, numbers.renewalOn),
    },
    questions,
    remembered: facts.remembered,
  }
}
