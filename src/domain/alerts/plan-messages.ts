import type { AlertGroup, AlertRule } from './rule.ts'

/** An alert that fires, or one that no longer does. */
export interface Tellable {
  readonly rule: AlertRule
  readonly subject: string
  readonly value: number
  readonly threshold: number
  /** Somebody was told that it fires, or of another one that stands for it. */
  readonly isTold: boolean
  /** The rule whose message stands for one of its own; its end is told with that one's. */
  readonly toldBy?: string | null
}

/** One message: what happened together in one group. */
export interface PlannedMessage {
  readonly group: AlertGroup
  readonly fired: readonly Tellable[]
  readonly resolved: readonly Tellable[]
}

export interface Situation {
  readonly firing: readonly Tellable[]
  readonly resolved: readonly Tellable[]
  /** Rules of which the cause holds, though it may not have fired yet. */
  readonly pending: readonly AlertRule[]
  readonly isSilenced: (ruleId: string, subject: string) => boolean
}

/** Why nobody is told of an alert just now; null when somebody is. */
export function quietReason(
  { rule, subject }: Pick<Tellable, 'rule' | 'subject'>,
  { firing, pending, isSilenced }: Omit<Situation, 'resolved'>,
): { readonly kind: 'silenced' } | { readonly kind: 'caused'; readonly by: string } | null {
  if (isSilenced(rule.id, subject)) return { kind: 'silenced' }
  const holding = new Set([...firing.map((alert) => alert.rule.id), ...pending.map(({ id }) => id)])
  const by = rule.causes.find((cause) => holding.has(cause))
  return by === undefined ? null : { kind: 'caused', by }
}

/**
 * What is told now: alerts that fire and of which nobody was told, unless they are silenced or a cause of theirs holds, and the end of
 * those of which somebody was told. One whose cause ends before it does is told then.
 */
export function planMessages(situation: Situation): PlannedMessage[] {
  const fired = situation.firing.filter((alert) => !alert.isTold && quietReason(alert, situation) === null)
  const resolved = situation.resolved.filter(({ isTold, toldBy }) => isTold && !toldBy)
  const groups = [...new Set([...fired, ...resolved].map(({ rule }) => rule.group))]
  return groups.map((group) => ({
    group,
    fired: fired.filter(({ rule }) => rule.group === group),
    resolved: resolved.filter(({ rule }) => rule.group === group),
  }))
}

/**
 * The rule whose message stands for one of this alert's own; null when none does. Of one outage faster and slower burns of the same
 * objective fire, and the slower ones outlast it: they say nothing new.
 */
export function standInFor({ rule }: Tellable, told: readonly Tellable[]): string | null {
  const { causes, condition } = rule
  if (condition.kind !== 'burn') return null
  const faster = told.find(
    ({ rule: other }) =>
      causes.includes(other.id) && other.condition.kind === 'burn' && other.condition.objective === condition.objective,
  )
  return faster?.rule.id ?? null
}
