import { countOf } from '../figure-text.ts'
import { confidenceFrom, type Coverage, type Evidence, type SkillResult } from '../skill.ts'
import type { HealthAssessment } from './assess-health.ts'
import type { HealthRows } from './health-rows.ts'
import { distinctEvidence } from './intervention-plan.ts'
import { contactEvidence, knownContacts } from './relationship-health.ts'
import { successGoals } from './success-goals.ts'
import { checkInCadence, checkInDays, planEnd, planPhases, type CheckInTerms } from './success-schedule.ts'
import type { SuccessFigures, SuccessTimeline } from './success.ts'

export interface SuccessFacts {
  readonly rows: HealthRows
  readonly assessment: HealthAssessment
  readonly peers: readonly HealthRows[]
  readonly arrQuartiles: CheckInTerms['arrQuartiles']
  readonly timeline: SuccessTimeline
  /** As the person said them; empty to derive them. */
  readonly goals: readonly string[]
}

const ENOUGH_ROWS = 30
const THEIRS_SHOWN = 4

/** The whole skill result: goals with figures and targets, phases with days, check-ins and people. */
export function planSuccess(facts: SuccessFacts): SkillResult<SuccessFigures> {
  const { rows, assessment, timeline } = facts
  const from = rows.days.clients
  const to = planEnd(from, timeline)
  const { client, score, band } = assessment.figures
  const goals = successGoals(facts.goals, { rows, peers: facts.peers, byDay: to })
  const cadence = checkInCadence({
    band,
    arrMicros: client.arr?.amountMicros ?? null,
    arrQuartiles: facts.arrQuartiles,
  })
  const figures: SuccessFigures = {
    client,
    health: { score, band },
    timeline,
    from,
    to,
    goals,
    phases: planPhases(timeline, { from, to }, goals),
    checkIns: { ...cadence, days: checkInDays({ from, to }, cadence.everyDays) },
    who: {
      ours: [...new Set([client.csmName, client.ownerName].filter((name) => name !== null))],
      theirs: peopleThere(rows),
    },
  }
  const coverage = coverageOf(figures, assessment.coverage)
  return {
    skill: 'plan-success',
    asOf: from,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, {
      rows:
        rows.usage.length + rows.activities.length + rows.tickets.length + rows.invoices.length + rows.contacts.length,
      enough: ENOUGH_ROWS,
    }),
    caveats: caveatsOf(figures),
    evidence: evidenceOf(figures),
    nextStep: {
      text:
        figures.checkIns.days[0] === undefined
          ? `Agree on the goals with ${client.name}.`
          : `Agree on the goals with ${client.name} before the first check-in on ${figures.checkIns.days[0]}.`,
      open: { kind: 'client', id: client.id, label: client.name },
    },
    figures,
  }
}

/** Contacts who are still there, those with a role first. */
export function peopleThere(rows: HealthRows): SuccessFigures['who']['theirs'] {
  const asOf = rows.days.contacts
  return knownContacts(rows)
    .filter((row) => row.leftOn === null || row.leftOn > asOf)
    .toSorted(
      (a, b) =>
        Number(b.role !== null) - Number(a.role !== null) ||
        (b.lastContactedOn ?? '').localeCompare(a.lastContactedOn ?? '') ||
        a.id.localeCompare(b.id),
    )
    .slice(0, THEIRS_SHOWN)
    .map((row) => ({ contact: contactEvidence(row), role: row.role }))
}

function headlineOf({ client, goals, phases, from, to, health }: SuccessFigures): string {
  if (goals.length === 0) {
    return health.score === null
      ? `No goal for ${client.name} can be derived: nothing is stored that it could be taken from.`
      : `No input of ${client.name}'s health lies below the edge of healthy; name goals of their own to plan for.`
  }
  const first = goals[0]
  return `${countOf(goals.length, 'goal')} for ${client.name} in ${countOf(phases.length, 'phase')} from ${from} to ${to}; first: ${lowerFirst(first?.text ?? '')}.`
}

function coverageOf({ goals, who, client }: SuccessFigures, health: Coverage): Coverage {
  const wanted = [
    ...goals.map((goal) => ({
      input: `a figure for "${goal.text}"`,
      has: goal.measure !== null && goal.measure.score !== null,
      remedy:
        goal.measure === null
          ? 'No stored row measures this goal: agree on a measure with the client and record it.'
          : `Import what ${goal.measure.label.toLowerCase()} is taken from.`,
    })),
    {
      input: 'people at the client',
      has: who.theirs.length > 0,
      remedy: 'Import contacts of this client with their role.',
    },
    { input: 'who serves the client', has: who.ours.length > 0, remedy: 'Import clients with csm or owner.' },
    { input: 'yearly revenue', has: client.arr !== null, remedy: 'Import clients with arr.' },
  ]
  return {
    present: [...health.present, ...wanted.filter(({ has }) => has).map(({ input }) => input)],
    missing: [...health.missing, ...wanted.filter(({ has }) => !has).map(({ input, remedy }) => ({ input, remedy }))],
  }
}

function caveatsOf({ goals, client, to }: SuccessFigures): string[] {
  const caveats: string[] = []
  if (goals.some((goal) => goal.target?.basis === 'healthy_edge'))
    caveats.push(
      'Where neither an own best nor enough healthy peers lie above today, the target is the edge of healthy.',
    )
  if (client.renewalOn !== null && client.renewalInDays !== null && client.renewalInDays >= 0 && client.renewalOn < to)
    caveats.push(
      `The renewal on ${client.renewalOn} falls within the plan: what has to be proved must be proved before it.`,
    )
  return caveats
}

function evidenceOf({ client, goals, who }: SuccessFigures): Evidence[] {
  return distinctEvidence([
    { kind: 'client', id: client.id, label: client.name },
    ...goals.flatMap((goal) => goal.evidence),
    ...who.theirs.map(({ contact }) => contact),
  ]).slice(0, 30)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
