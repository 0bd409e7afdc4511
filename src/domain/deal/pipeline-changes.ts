import { addDays, daysBetween, type Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'
import { SILENT_AFTER_DAYS } from './deal-signals.ts'

export const CHANGE_KINDS = [
  'won',
  'lost',
  'advanced',
  'moved_back',
  'slipped',
  'gone_silent',
  'step_missed',
  'step_kept',
  'new',
  'field_missing',
  'field_filled',
] as const
export type PipelineChangeKind = (typeof CHANGE_KINDS)[number]

/** One thing that happened to one deal since the day compared with. */
export interface ChangeLine {
  readonly deal: Evidence
  readonly repName: string | null
  readonly clientName: string | null
  readonly value: Money | null
  readonly isEstimated: boolean
  /** `from qualification to proposal`. */
  readonly detail: string
  /** The stored day it is held against, and the rows that show it. */
  readonly evidence: readonly Evidence[]
}

export interface ChangeGroup {
  readonly kind: PipelineChangeKind
  readonly deals: number
  /** Sum of those with a value in the review's currency; null when none has one. */
  readonly value: Money | null
  /** The most valuable first. */
  readonly lines: readonly ChangeLine[]
}

/** What changed between a stored day and now. */
export interface PipelineChanges {
  readonly since: Day
  /** The last day looked at up to `since`. */
  readonly comparedWith: Day
  /** True when that day was told from recorded changes afterwards. */
  readonly isReconstructed: boolean
  /** Only kinds that occurred, in the order of CHANGE_KINDS. */
  readonly groups: readonly ChangeGroup[]
  /** By what rule a next step counts as kept. */
  readonly stepRule: string
}

/** A deal as it stood on the stored day. */
export interface DealThen {
  readonly day: Day
  readonly stage: string
  readonly expectedCloseOn: Day | null
  readonly nextStep: string | null
  readonly nextStepOn: Day | null
  readonly missing: readonly string[]
}

/** A deal now, beside how it stood then; `then` is null when it was not there. */
export interface DealPair {
  readonly deal: Evidence
  readonly repName: string | null
  readonly clientName: string | null
  readonly value: Money | null
  readonly isEstimated: boolean
  readonly stage: string
  readonly status: 'open' | 'won' | 'lost'
  readonly createdOn: Day | null
  readonly expectedCloseOn: Day | null
  readonly nextStepOn: Day | null
  readonly lastActivityOn: Day | null
  readonly missing: readonly string[]
  readonly stored: DealThen | null
  /** The first activity from the stored day on that may have kept the step due; null when there is none. */
  readonly stepActivity: { readonly id: string; readonly onDay: Day; readonly label: string } | null
}

interface Terms {
  /** The stored day. */
  readonly since: Day
  readonly asOf: Day
}

/** Days after its due day within which an activity still keeps a next step. */
export const STEP_GRACE_DAYS = 2
const STEP_RULE = `A next step that was due counts as kept when an activity on the deal is recorded after the stored day and up to ${STEP_GRACE_DAYS} days after it was due, or the deal was won; otherwise as missed.`
const STAGES = ['prospecting', 'qualification', 'proposal', 'negotiation']
const LINES_PER_KIND = 8

interface Found {
  readonly kind: PipelineChangeKind
  readonly detail: string
  readonly evidence?: readonly Evidence[]
}

/** Everything that happened to a deal, as kinds with their words. */
export function changesOf(pair: DealPair, terms: Terms): Found[] {
  const { stored } = pair
  const decided = pair.status === 'open' ? [] : [{ kind: pair.status, detail: stored ? `was in ${stored.stage}` : '' }]
  if (stored === null) return [newDeal(pair, terms), ...decided]
  if (pair.status !== 'open') return [...decided, ...stepOf(pair, stored, terms)]
  return [
    ...stageMove(pair, stored),
    ...slip(pair, stored, terms),
    ...silence(pair, terms),
    ...stepOf(pair, stored, terms),
    ...gaps(pair, stored),
  ]
}

function newDeal({ createdOn, stage }: DealPair, { since }: Terms): Found {
  const detail =
    createdOn !== null && createdOn > since
      ? `created on ${createdOn}, now in ${stage}`
      : `first recorded since, now in ${stage}`
  return { kind: 'new', detail }
}

function stageMove({ stage }: DealPair, stored: DealThen): Found[] {
  const [from, to] = [STAGES.indexOf(stored.stage), STAGES.indexOf(stage)]
  if (from === to) return []
  return [{ kind: to > from ? 'advanced' : 'moved_back', detail: `from ${stored.stage} to ${stage}` }]
}

function slip({ expectedCloseOn }: DealPair, stored: DealThen, { since, asOf }: Terms): Found[] {
  const before = stored.expectedCloseOn
  if (before === null || expectedCloseOn === null) return []
  if (expectedCloseOn > before)
    return [
      {
        kind: 'slipped',
        detail: `expected close moved from ${before} to ${expectedCloseOn}, ${daysBetween(before, expectedCloseOn)} days later`,
      },
    ]
  const passedSince = expectedCloseOn >= since && expectedCloseOn < asOf
  return passedSince ? [{ kind: 'slipped', detail: `expected close passed on ${expectedCloseOn}` }] : []
}

/** The limit of silence was crossed between the two days. */
function silence({ lastActivityOn, createdOn }: DealPair, { since, asOf }: Terms): Found[] {
  const last = lastActivityOn ?? createdOn
  if (last === null) return []
  const hasCrossed = daysBetween(last, asOf) > SILENT_AFTER_DAYS && daysBetween(last, since) <= SILENT_AFTER_DAYS
  return hasCrossed ? [{ kind: 'gone_silent', detail: `no activity since ${last}` }] : []
}

function stepOf({ status, stepActivity }: DealPair, stored: DealThen, { since, asOf }: Terms): Found[] {
  const { nextStep, nextStepOn } = stored
  if (nextStep === null || nextStepOn === null || nextStepOn < since || nextStepOn >= asOf) return []
  const what = `"${nextStep}", due ${nextStepOn}`
  const kept = stepActivity !== null && stepActivity.onDay <= addDays(nextStepOn, STEP_GRACE_DAYS)
  if (kept) {
    const { id, onDay, label } = stepActivity
    return [{ kind: 'step_kept', detail: `${what}: ${label} on ${onDay}`, evidence: [{ kind: 'activity', id, label }] }]
  }
  if (status === 'won') return [{ kind: 'step_kept', detail: `${what}: the deal was won` }]
  // Until the grace has passed, nobody can say.
  return addDays(nextStepOn, STEP_GRACE_DAYS) < asOf
    ? [{ kind: 'step_missed', detail: `${what}: no activity recorded` }]
    : []
}

function gaps(pair: DealPair, stored: DealThen): Found[] {
  const emptied = pair.missing.filter((name) => !stored.missing.includes(name))
  const filled = stored.missing.filter((name) => !pair.missing.includes(name))
  return [
    ...(emptied.length > 0 ? [{ kind: 'field_missing' as const, detail: emptied.join(', ') }] : []),
    ...(filled.length > 0 ? [{ kind: 'field_filled' as const, detail: filled.join(', ') }] : []),
  ]
}

/** Groups what happened by kind, each with its most valuable deals. */
export function pipelineChanges(
  pairs: readonly DealPair[],
  terms: { readonly since: Day; readonly comparedWith: Day; readonly isReconstructed: boolean } & Pick<
    Terms,
    'asOf'
  > & {
      readonly currency: string
    },
): PipelineChanges {
  const found = pairs.flatMap((pair) =>
    changesOf(pair, { since: terms.comparedWith, asOf: terms.asOf }).map((change) => ({ pair, change })),
  )
  const byKind = Map.groupBy(found, ({ change }) => change.kind)
  return {
    since: terms.since,
    comparedWith: terms.comparedWith,
    isReconstructed: terms.isReconstructed,
    groups: CHANGE_KINDS.flatMap((kind) => {
      const changes = byKind.get(kind)
      return changes === undefined ? [] : [groupOf(kind, changes, terms.currency)]
    }),
    stepRule: STEP_RULE,
  }
}

interface PairChange {
  readonly pair: DealPair
  readonly change: Found
}

function lineOf({ pair, change: { detail, evidence } }: PairChange): ChangeLine {
  const { deal, repName, clientName, value, isEstimated, stored } = pair
  const rows: Evidence[] =
    stored === null
      ? []
      : [{ kind: 'snapshot', id: `deal:${deal.id}:${stored.day}`, label: `${deal.label} on ${stored.day}` }]
  return { deal, repName, clientName, value, isEstimated, detail, evidence: [deal, ...rows, ...(evidence ?? [])] }
}

// One collator for all: to make the locale's rules anew for each comparison costs more than the sorting.
const names = new Intl.Collator()

function byWorth({ pair: one }: PairChange, { pair: other }: PairChange): number {
  return (
    (other.value?.amountMicros ?? -1) - (one.value?.amountMicros ?? -1) ||
    names.compare(one.deal.label, other.deal.label)
  )
}

function groupOf(kind: PipelineChangeKind, changes: readonly PairChange[], currency: string): ChangeGroup {
  const amounts = changes.flatMap(({ pair: { value } }) => (value?.currency === currency ? [value.amountMicros] : []))
  return {
    kind,
    deals: changes.length,
    value: amounts.length === 0 ? null : { amountMicros: amounts.reduce((sum, amount) => sum + amount, 0), currency },
    // Only what is shown is worded.
    lines: changes.toSorted(byWorth).slice(0, LINES_PER_KIND).map(lineOf),
  }
}
