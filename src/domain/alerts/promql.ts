import { objectiveOf } from '../objectives/objectives.ts'
import { acrossOf, thresholdOf, type LabelMatch, type Signal, type SignalCondition } from './condition.ts'
import type { AlertRule } from './rule.ts'

const EVENTS = 'sophia_slo_events_total'
/** The job under which Sophia is scraped, as the documents have it. */
export const SCRAPE_JOB = 'sophia'
/** A server that was never reached may take so long to start; then it counts as gone. */
export const START_LIMIT_SECONDS = 600
/** So long it is remembered that there was a server, when nobody is left to be asked. */
export const REMEMBERED_SECONDS = 3600
/** Between one pod and the one in its place there may be none for a moment. */
const NOBODY_SECONDS = 30

/** The condition of a rule as PromQL; its threshold is the one that the processes tell, so that the calendar moves it here too. */
export function toPromql(rule: AlertRule): string {
  const { condition } = rule
  const threshold = thresholdQuery(rule)
  if (condition.kind !== 'burn') return signalQuery(condition, threshold)
  const { objective, longSeconds, shortSeconds, leastBad } = condition
  const { leastEvents } = objectiveOf(objective)
  const long = span(longSeconds)
  return [
    `${burnQuery(objective, longSeconds)} > ${threshold}`,
    `and ${burnQuery(objective, shortSeconds)} > ${threshold}`,
    `and sum(increase(${EVENTS}{slo="${objective}",result="bad"}[${long}])) >= ${leastBad}`,
    `and sum(increase(${EVENTS}{slo="${objective}"}[${long}])) >= ${leastEvents}`,
  ].join('\n')
}

/** How many times too fast the budget was used in the last so many seconds. */
export function burnQuery(objective: AlertObjective, seconds: number): string {
  const budget = Math.round((1 - objectiveOf(objective).target) * 1e6) / 1e6
  const bad = `sum(rate(${EVENTS}{slo="${objective}",result="bad"}[${span(seconds)}]))`
  return `${bad} / sum(rate(${EVENTS}{slo="${objective}"}[${span(seconds)}])) / ${budget}`
}

type AlertObjective = Parameters<typeof objectiveOf>[0]

/** What a rule's signal is just now, without its threshold. */
export function valueQuery(condition: SignalCondition): string {
  const series = `${condition.metric}${selector(condition)}`
  const grown = condition.kind === 'increase' ? `increase(${series}[${span(condition.seconds)}])` : series
  const by = condition.by === undefined ? '' : ` by (${condition.by})`
  return `${acrossOf(condition)}${by} (${grown})`
}

function signalQuery(condition: SignalCondition, threshold: string): string {
  const held = `${valueQuery(condition)} > ${threshold}`
  return condition.kind === 'unreachable' ? `${held}\nor ${goneQuery()}` : held
}

/**
 * A server that is gone tells nothing: that nothing came is how it is seen from here. One that starts is not reached either; so it is gone
 * when it was reached in the last while, or has been asked for all of it. Where nobody is left to be asked, as when the last pod is gone
 * with its node, it is gone for as long as it is remembered.
 */
function goneQuery(): string {
  const up = `up{job="${SCRAPE_JOB}"}`
  const limit = span(START_LIMIT_SECONDS)
  const isSilent = `max(${up} == bool 0 and (max_over_time(${up}[${limit}]) == 1 or ${up} offset ${limit})) > 0`
  const isNoMore = `max(max_over_time(${up}[${span(REMEMBERED_SECONDS)}])) > 0 and on() absent_over_time(${up}[${span(NOBODY_SECONDS)}])`
  return `${isSilent}\nor (${isNoMore})`
}

export function thresholdQuery({ id, condition }: AlertRule): string {
  return `scalar(max(sophia_alert_threshold{alert="${id}"}) or vector(${thresholdOf(condition)}))`
}

function selector({ where }: Signal): string {
  const parts = Object.entries(where ?? {}).map(([label, match]) => `${label}${matcher(match)}`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function matcher(match: LabelMatch): string {
  if ('not' in match) return `!="${match.not}"`
  const [only, ...others] = match.is
  return others.length === 0 ? `="${only}"` : `=~"${match.is.join('|')}"`
}

/** Seconds as Prometheus writes them. */
export function span(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`
  if (seconds % 3600 === 0) return `${seconds / 3600}h`
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
