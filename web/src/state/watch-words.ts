import type { Health } from '#contract/operations.ts'
import type { AlertReport, SloReport } from '#contract/watch.ts'
import { shareWords } from './server-words.ts'
import type { Signal } from './skill-figures.ts'
import { countWords, labelWords } from './words.ts'

export type Slo = SloReport['objectives'][number]
export type Alert = AlertReport['rules'][number]['alerts'][number]
type Part = Health['components'][string]

interface Look {
  readonly signal: Signal
  readonly words: string
}

const PART_NAMES: Readonly<Record<string, string>> = {
  database: 'PostgreSQL',
  disk: 'Disk',
  personas: 'Colleagues',
  model: 'Language model',
  load: 'Load',
  turns: 'Answers',
  jobs: 'Background work',
  mail: 'Mail server',
  mcp: 'Connections',
  calendar: 'Business calendar',
  redis: 'Redis',
  tls: 'Certificate',
}

/** A part of the house as people call it; one that this page does not know keeps its own name. */
export function partWords(name: string): string {
  return PART_NAMES[name] ?? labelWords(name)
}

const PART_LOOKS: Readonly<Record<Part['status'], Look>> = {
  ok: { signal: 'good', words: 'Works' },
  degraded: { signal: 'watch', words: 'Not well' },
  down: { signal: 'risk', words: 'Down' },
  not_configured: { signal: 'unknown', words: 'Not set up' },
  unknown: { signal: 'unknown', words: 'Unknown' },
}

/** Parts are looked at each second; what nobody looked at for so long is not known. */
const PART_STALE_MS = 15_000

/** The state of a part as a word and a signal. `nowMs` is on the server's clock; null: how far that is off is not known. */
export function partLook({ status, checkedAt }: Pick<Part, 'status' | 'checkedAt'>, nowMs: number | null): Look {
  const look = PART_LOOKS[status]
  if (status === 'not_configured' || status === 'unknown') return look
  const isStale = checkedAt === null || (nowMs !== null && nowMs - Date.parse(checkedAt) > PART_STALE_MS)
  return isStale ? { signal: 'unknown', words: `${look.words} when last looked at` } : look
}

const PART_ORDER: readonly Part['status'][] = ['down', 'degraded', 'unknown', 'ok', 'not_configured']

/** Those that need somebody first, then by name. */
export function orderParts(parts: Health['components']): [string, Part][] {
  return Object.entries(parts).toSorted(
    ([one, { status }], [other, { status: otherStatus }]) =>
      PART_ORDER.indexOf(status) - PART_ORDER.indexOf(otherStatus) ||
      partWords(one).localeCompare(partWords(other), 'en'),
  )
}

/** How an alert stands with those who are told. */
export function toldWords(
  { state, isTold, isSilenced, causedBy }: Pick<Alert, 'state' | 'isTold' | 'isSilenced' | 'causedBy'>,
  channels: number,
): string {
  if (isSilenced) return 'Silenced'
  if (causedBy !== null) return `Follows from ${labelWords(causedBy).toLowerCase()}, so not told by itself`
  if (channels === 0) return 'Nobody is told: no way is set up'
  if (isTold) return 'Owners were told'
  return state === 'pending' ? 'Not told yet: it has to last' : 'On its way to the owners'
}

/** `page` and `ticket` as what they ask of somebody. */
export function urgencyWords(severity: AlertReport['rules'][number]['severity']): string {
  return severity === 'page' ? 'Needs somebody now' : 'Can wait for working hours'
}

const STANDINGS: Readonly<Record<Slo['status'], Look>> = {
  met: { signal: 'good', words: 'Kept' },
  'at-risk': { signal: 'watch', words: 'Little left' },
  missed: { signal: 'risk', words: 'Missed' },
  unknown: { signal: 'unknown', words: 'Too few to tell' },
  'not-configured': { signal: 'unknown', words: 'Not set up' },
}

export function standingLook(status: Slo['status']): Look {
  return STANDINGS[status]
}

/** `99.9 %`: a target as it was written, not cut. */
export function promiseWords(target: number): string {
  return `${Math.round(target * 100_000) / 1000}\u00a0%`
}

/** What is aimed at beyond the promise, as it goes on after it; nothing where there is no aim. */
export function aimWords(aim: Slo['aim']): string {
  return aim === null ? '' : `; aimed at: ${promiseWords(aim.share)} within ${aim.ms}\u00a0ms`
}

/** The share that was kept. */
export function keptWords({ status, share }: Pick<Slo, 'status' | 'share'>): string {
  if (share !== null) return shareWords(share)
  return status === 'not-configured' ? 'nothing to count' : 'unknown'
}

/** What is left of the budget of the window, or why that cannot be said. */
export function budgetWords({ status, budgetRemaining, good, bad, windowDays }: Slo): string {
  if (status === 'not-configured') return 'Nothing is set up that could use it'
  if (budgetRemaining === null) return tooFewWords(good + bad, windowDays)
  if (budgetRemaining < 0) return `Overdrawn by ${shareWords(-budgetRemaining)} of the budget`
  return budgetRemaining === 1 ? 'The whole budget left' : `${shareWords(budgetRemaining)} of the budget left`
}

function tooFewWords(events: number, days: number): string {
  if (events === 0) return `Nothing was seen in ${days} days`
  return `Only ${countWords(events)} seen in ${days} days`
}

/** How fast the budget is used, by span: `5 min 0.4, 1 h too few`. */
export function burnWords(burn: Slo['burn']): string {
  return burn.map(({ seconds, rate }) => `${spanWords(seconds)}\u00a0${rateWords(rate)}`).join(', ')
}

/** From here on the budget does not last for its window. */
export function isBurning(burn: Slo['burn']): boolean {
  return burn.some(({ rate }) => rate !== null && rate > 1)
}

function rateWords(rate: number | null): string {
  if (rate === null) return 'too few'
  if (rate === 0) return 'none'
  return rate < 0.1 ? 'below 0.1' : rate < 10 ? rate.toFixed(1) : countWords(Math.round(rate))
}

function spanWords(seconds: number): string {
  if (seconds < 3600) return `${seconds / 60}\u00a0min`
  return seconds < 172_800 ? `${seconds / 3600}\u00a0h` : `${seconds / 86_400}\u00a0days`
}

/** By what ways owners are told, in a sentence. */
export function channelWords(channels: AlertReport['channels']): string {
  if (channels.length === 0) return 'Nobody is told of alerts: neither SOPHIA_NOTIFY_WEBHOOK nor SMTP_URL is set.'
  const names = channels.map((channel) => (channel === 'webhook' ? 'the webhook' : 'e-mail'))
  return `Owners are told by ${names.join(' and ')}.`
}

/** What stands out among the processes; null when nothing does. */
export function replicasWords(replicas: AlertReport['replicas']): string | null {
  const silent = replicas.filter(({ state }) => state === 'silent').length
  if (silent > 0) return `${countWords(silent)} of ${countWords(replicas.length)} not heard of for more than 12 s.`
  const versions = new Set(replicas.map(({ version }) => version))
  return versions.size > 1 ? `${countWords(versions.size)} versions run side by side: a rollout is under way.` : null
}
