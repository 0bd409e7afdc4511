import type { Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'

/** Something that may matter today, found by the room that owns the rows. */
export interface AttentionCandidate {
  readonly id: string
  /** `overdue_next_step`, `renewal_at_risk` ...: no two of the three shown are of one kind while others are there. */
  readonly kind: string
  readonly title: string
  readonly why: string
  readonly stake: { readonly amount: Money | null; readonly label: string; readonly isEstimated: boolean }
  readonly owner: string | null
  readonly record: Evidence | null
  readonly evidence: readonly Evidence[]
  readonly ask: { readonly persona: string; readonly text: string }
  /** 0 to 1: how soon it has to be acted on. */
  readonly urgency: number
  /** Days since it fell due; null when nothing fell due. Old ones are hygiene, not urgent. */
  readonly daysPast: number | null
}

/** A headline figure in words, with what stands behind it and where it opens. */
export interface HeadlineFigure {
  readonly label: string
  readonly value: string
  readonly note: string
  readonly open: string
}

/** What one room contributes to the home page. */
export interface Attention {
  readonly asOf: Day
  readonly candidates: readonly AttentionCandidate[]
  readonly figures: readonly HeadlineFigure[]
  readonly caveats: readonly string[]
}

/** Things that fell due longer ago than this are a matter of tidy data, not of today. */
export const STALE_AFTER_DAYS = 180
/** What a candidate without money weighs beside the dearest one at the same urgency. */
const WEIGHT_WITHOUT_MONEY = 0.3

/**
 * The `count` candidates that matter most: money at stake times urgency, each amount held against the dearest of its
 * currency; kinds and records are kept diverse while there are others to choose. Stale ones never come through.
 */
export function rankAttention(candidates: readonly AttentionCandidate[], count = 3): AttentionCandidate[] {
  const fresh = candidates.filter((candidate) => !isStale(candidate))
  const dearest = new Map<string, number>()
  for (const { stake } of fresh) {
    if (stake.amount)
      dearest.set(stake.amount.currency, Math.max(dearest.get(stake.amount.currency) ?? 0, stake.amount.amountMicros))
  }
  const scored = fresh.map((candidate) => ({ candidate, score: weightOf(candidate, dearest) * candidate.urgency }))
  const ordered = scored
    .toSorted((a, b) => b.score - a.score || a.candidate.id.localeCompare(b.candidate.id))
    .map(({ candidate }) => candidate)
  return pickDiverse(ordered, count)
}

function isStale({ daysPast }: AttentionCandidate): boolean {
  return daysPast !== null && daysPast > STALE_AFTER_DAYS
}

function weightOf({ stake }: AttentionCandidate, dearest: ReadonlyMap<string, number>): number {
  const most = stake.amount ? (dearest.get(stake.amount.currency) ?? 0) : 0
  if (!stake.amount || most <= 0) return WEIGHT_WITHOUT_MONEY
  // The square root keeps one giant from hiding everything else.
  return Math.sqrt(Math.max(0, stake.amount.amountMicros) / most)
}

function pickDiverse(ordered: readonly AttentionCandidate[], count: number): AttentionCandidate[] {
  const picked: AttentionCandidate[] = []
  const take = (mayTake: (candidate: AttentionCandidate) => boolean): void => {
    for (const candidate of ordered) {
      if (picked.length < count && !picked.includes(candidate) && mayTake(candidate)) picked.push(candidate)
    }
  }
  const isNewRecord = (candidate: AttentionCandidate): boolean =>
    candidate.record === null ||
    picked.every((other) => other.record?.kind !== candidate.record?.kind || other.record?.id !== candidate.record?.id)
  take((candidate) => isNewRecord(candidate) && picked.every((other) => other.kind !== candidate.kind))
  take(isNewRecord)
  return picked
}
