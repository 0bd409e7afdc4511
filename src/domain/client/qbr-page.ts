import { addDays } from '../day.ts'
import { countOf } from '../figure-text.ts'
import { formatMoney } from '../money.ts'
import { confidenceFrom, type Coverage, type Evidence, type SkillResult } from '../skill.ts'
import type { HealthAssessment } from './assess-health.ts'
import type { HealthRows } from './health-rows.ts'
import { distinctEvidence } from './intervention-plan.ts'
import { interventionTriggers } from './intervention-triggers.ts'
import {
  adoptionFigures,
  overdueNow,
  paymentFigures,
  QBR_DAYS,
  qbrSeries,
  supportFigures,
  valueFigures,
  type UsageWeek,
} from './qbr-sections.ts'
import type { QbrCommitment, QbrFigures, QbrHighlight, QbrProposal } from './qbr.ts'
import { rowsAsOf } from './rows-as-of.ts'
import { scoreHealth } from './score-health.ts'
import { placedInputs, successGoals } from './success-goals.ts'
import { peopleThere } from './success-plan.ts'

export interface QbrFacts {
  readonly rows: HealthRows
  readonly assessment: HealthAssessment
  readonly peers: readonly HealthRows[]
  /** Of the quarter and the one before. */
  readonly weeks: readonly UsageWeek[]
  readonly highlights: readonly QbrHighlight[]
  readonly commitments: readonly QbrCommitment[]
}

const ENOUGH_ROWS = 30
const PROPOSALS = 3
/** How far back the stored rows reach for a score of then. */
const QUARTER_BACK = 90

/** The whole skill result: every figure of the page, and what is missing on it. */
export function prepareQbr(facts: QbrFacts): SkillResult<QbrFigures> {
  const { rows, assessment } = facts
  const figures = pageOf(facts)
  const coverage = coverageOf(figures, assessment.coverage)
  const { client } = figures
  return {
    skill: 'prepare-qbr',
    asOf: rows.days.clients,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: rowCount(facts), enough: ENOUGH_ROWS }),
    caveats: caveatsOf(figures),
    evidence: evidenceOf(figures),
    nextStep: {
      text:
        figures.proposals.length === 0
          ? `Ask ${client.name} what the next quarter should bring; no gap in the rows proposes anything.`
          : `Choose which proposal to open with: ${figures.proposals.map((proposal) => proposal.title.toLowerCase()).join('; ')}.`,
      open: { kind: 'client', id: client.id, label: client.name },
    },
    figures,
  }
}

function pageOf(facts: QbrFacts): QbrFigures {
  const { rows, assessment, weeks, commitments } = facts
  const to = rows.days.clients
  const { client } = assessment.figures
  const inState = (state: QbrCommitment['state']): number => commitments.filter((one) => one.state === state).length
  const page = {
    client,
    people: {
      ours: [...new Set([client.csmName, client.ownerName].filter((name) => name !== null))],
      theirs: peopleThere(rows),
    },
    period: { from: addDays(to, 1 - QBR_DAYS), to, beforeFrom: addDays(to, 1 - 2 * QBR_DAYS) },
    series: qbrSeries(weeks),
    adoption: adoptionFigures(weeks, rows.days.usage),
    support: supportFigures(rows),
    payments: paymentFigures(rows),
    overdue: overdueNow(rows),
    value: valueFigures(weeks, rows.days.usage),
    highlights: facts.highlights,
    commitments: { kept: inState('kept'), open: inState('open'), overdue: inState('overdue'), items: commitments },
    health: healthOf(facts),
    renewal: { onDay: client.renewalOn, inDays: client.renewalInDays, arr: client.arr },
    proposals: proposalsOf(facts),
  }
  return { ...page, missing: missingOf(page) }
}

/** The score now and of the same rows as they stood a quarter ago, whole and by component. */
function healthOf({ rows, assessment }: QbrFacts): QbrFigures['health'] {
  const { score, band, components } = assessment.figures
  const then = scoreHealth(rowsAsOf(rows, QUARTER_BACK))
  return {
    now: score,
    quarterAgo: then.score,
    change: score === null || then.score === null ? null : Math.round((score - then.score) * 10) / 10,
    band,
    components: components.map(({ name, label, score: now }) => ({
      name,
      label,
      now,
      quarterAgo: then.components.find((other) => other.name === name)?.score ?? null,
    })),
  }
}

/** Three things for the next quarter at most: a chance to grow, then what costs the health score most. */
function proposalsOf({ rows, peers, assessment }: QbrFacts): QbrProposal[] {
  const inputs = placedInputs(assessment.figures.components)
  const growth = interventionTriggers(rows)
    .filter((trigger) => trigger.name === 'above_licence')
    .map((trigger): QbrProposal => ({
      title: 'Seats for everybody who works with it',
      why: trigger.text,
      measure: 'Active users no more than the licensed seats.',
      evidence: trigger.evidence,
    }))
  const gaps = successGoals([], { rows, peers, byDay: addDays(rows.days.clients, QBR_DAYS) }).map(
    (goal): QbrProposal => {
      const input = inputs.find((placed) => placed.input.name === goal.measure?.input)?.input
      const target = goal.target === null ? '' : `; to ${goal.target.text}, ${goal.target.basisText}`
      return {
        title: goal.text,
        why: `${goal.measure?.label ?? goal.text}: ${goal.measure?.today ?? 'unknown'}.`,
        measure: `${goal.measure?.label ?? goal.text}, today ${input?.value ?? 'unknown'}${target}.`,
        evidence: goal.evidence,
      }
    },
  )
  return [...growth, ...gaps].slice(0, PROPOSALS)
}

/** Parts of the page that no row fills, each with what would. */
function missingOf(page: Omit<QbrFigures, 'missing'>): string[] {
  const gaps: readonly (readonly [boolean, string])[] = [
    [page.series.length === 0, 'Usage: no row of the last two quarters; import usage.'],
    [
      page.value.length === 0,
      'Value delivered: no row counts processed payments; import usage with payments_processed.',
    ],
    [page.support.length === 0, 'Support: no ticket of the last two quarters; import tickets, or there were none.'],
    [page.payments.length === 0, 'Payments: no invoice fell due in the last two quarters; import invoices.'],
    [page.commitments.items.length === 0, 'Commitments: none recorded; they come from imported call transcripts.'],
    [page.health.now === null, 'Health: no component has rows.'],
    [page.health.now !== null && page.health.quarterAgo === null, 'Health a quarter ago: the rows do not reach back.'],
    [page.renewal.onDay === null, 'Renewal: no day on record; import clients with renewal_on.'],
    [page.renewal.arr === null, 'Yearly revenue: not on record; import clients with arr.'],
    [page.people.theirs.length === 0, 'People: no contact on record; import contacts.'],
    [
      page.proposals.length < PROPOSALS,
      `Proposals: the rows show ${page.proposals.length} of ${PROPOSALS}; none is made up.`,
    ],
  ]
  return gaps.filter(([isMissing]) => isMissing).map(([, text]) => text)
}

function headlineOf({ client, period, health, overdue }: QbrFigures): string {
  const score =
    health.now === null
      ? 'health unknown'
      : `health ${Math.floor(health.now)} of 100${health.change === null ? '' : ` (${health.change >= 0 ? '+' : ''}${health.change} against a quarter ago)`}`
  const unpaid =
    overdue.invoices === 0
      ? ''
      : `, ${countOf(overdue.invoices, 'invoice')} overdue${overdue.amount === null ? '' : ` over ${formatMoney(overdue.amount)}`}`
  return `The quarter of ${client.name}, ${period.from} to ${period.to}: ${score}${unpaid}.`
}

function coverageOf(page: QbrFigures, health: Coverage): Coverage {
  const missing = page.missing.map((text) => {
    const [input = text, ...rest] = text.split(': ')
    return { input, remedy: rest.join(': ') }
  })
  return { present: health.present, missing: [...health.missing, ...missing] }
}

function caveatsOf({ overdue, value }: QbrFigures): string[] {
  const caveats: string[] = []
  if (overdue.withoutAmount > 0)
    caveats.push(
      `${countOf(overdue.withoutAmount, 'overdue invoice')} without an amount in this currency are not in the sum.`,
    )
  if (value.some((figure) => figure.before === null))
    caveats.push('The quarter before has another number of weeks on record, so its sum is not set beside this one.')
  return caveats
}

function evidenceOf(page: QbrFigures): Evidence[] {
  const figures = [...page.adoption, ...page.value, ...page.support, ...page.payments]
  return distinctEvidence([
    { kind: 'client', id: page.client.id, label: page.client.name },
    ...figures.flatMap((figure) => figure.evidence),
    ...page.overdue.evidence,
    ...page.proposals.flatMap((proposal) => proposal.evidence),
    ...page.commitments.items.map((item) => item.evidence),
    ...page.highlights.map((highlight) => highlight.evidence),
    ...page.people.theirs.map(({ contact }) => contact),
  ]).slice(0, 40)
}

function rowCount({ rows, weeks }: QbrFacts): number {
  return weeks.length + rows.activities.length + rows.tickets.length + rows.invoices.length + rows.contacts.length
}
