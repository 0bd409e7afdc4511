import type { Health } from '#contract/operations.ts'
import type { AlertReport, SloReport } from '#contract/watch.ts'
import type { Signal } from './skill-figures.ts'
import { partLook, partWords, type Alert } from './watch-words.ts'
import { plural } from './words.ts'

/** What was read last, and when by the clock of this page; without data it never was. */
interface Read<Data> {
  readonly data: Data | undefined
  readonly atMs: number
}

export interface Known {
  readonly alerts: Read<AlertReport>
  readonly health: Read<Health>
  readonly objectives: Read<SloReport>
  readonly nowMs: number
}

export interface Verdict {
  readonly signal: Signal
  readonly tag: string
  /** What is wrong, in one sentence. */
  readonly says: string
  /** What to do, one step a line. */
  readonly steps: readonly string[]
  /** What else holds. */
  readonly more: readonly string[]
}

type Rule = AlertReport['rules'][number]
export interface Standing extends Alert {
  readonly rule: Rule
}

/** What was read is asked for each five seconds (objectives each fifteen): from here on it is old. */
const STALE_MS = 20_000
const OBJECTIVES_STALE_MS = 60_000
/** The rules are judged each five seconds by one process of all. */
const JUDGED_LATE_MS = 30_000

/** What is wrong now and what to do; that all is well only when all of it is known and fresh. */
export function verdictOf(known: Known): Verdict {
  const isAlertsFresh = isFresh(known.alerts, known.nowMs, STALE_MS)
  const isHealthFresh = isFresh(known.health, known.nowMs, STALE_MS)
  if (!isAlertsFresh && !isHealthFresh) return unreached(known)
  const firing = isAlertsFresh ? inState(known.alerts.data, 'firing') : []
  const [first, ...others] = firing
  if (first) return wrong(first, others, isLate(known))
  return (
    partsVerdict(known, { isHealthFresh, isAlertsFresh }) ??
    (isAlertsFresh ? alertsVerdict(known) : unreadable()) ??
    objectivesVerdict(known) ?? {
      signal: 'good',
      tag: 'Well',
      says: 'Everything that is watched is well.',
      steps: [],
      more: [],
    }
  )
}

/** Those in a state: causes before what follows from them, worst first, the longest first; what is silenced comes last. */
export function inState(alerts: AlertReport | undefined, state: 'firing' | 'pending'): Standing[] {
  const all = (alerts?.rules ?? []).flatMap((rule) => rule.alerts.map((alert) => ({ ...alert, rule })))
  return all
    .filter((alert) => alert.state === state)
    .toSorted((one, other) => rankOf(one) - rankOf(other) || Date.parse(one.since) - Date.parse(other.since))
}

/** The server's time now; null until it told one. */
export function serverNow({ alerts, nowMs }: Pick<Known, 'alerts' | 'nowMs'>): number | null {
  return alerts.data ? Date.parse(alerts.data.measuredAt) + (nowMs - alerts.atMs) : null
}

function rankOf({ isSilenced, causedBy, rule }: Standing): number {
  return (isSilenced ? 4 : 0) + (causedBy === null ? 0 : 2) + (rule.severity === 'page' ? 0 : 1)
}

function isFresh({ data, atMs }: Read<unknown>, nowMs: number, limitMs: number): boolean {
  return data !== undefined && nowMs - atMs <= limitMs
}

function isLate(known: Known): boolean {
  const judgedAt = known.alerts.data?.judgedAt ?? null
  const now = serverNow(known)
  return judgedAt === null || now === null || now - Date.parse(judgedAt) > JUDGED_LATE_MS
}

function unknown(says: string, steps: readonly string[] = [], more: readonly string[] = []): Verdict {
  return { signal: 'unknown', tag: 'Unknown', says, steps, more }
}

function unreached({ alerts, health }: Known): Verdict {
  if (!alerts.data && !health.data) return unknown('It is not known yet how Sophia is.')
  const [last] = inState(alerts.data, 'firing')
  return unknown(
    'It is not known how Sophia is: she does not answer here.',
    [
      'Look whether the server runs: its service or its container.',
      'Look at watchdog.log, under SOPHIA_HOME: it says what her second process saw.',
    ],
    last ? [`When she was last heard: ${last.says}`] : [],
  )
}

function unreadable(): Verdict {
  return unknown('It is not known whether all is well: the alerts cannot be read.', [
    'Look at what the parts below say.',
    'Search the log for the correlation id that stands with the alerts.',
  ])
}

function wrong(first: Standing, others: readonly Standing[], isJudgedLate: boolean): Verdict {
  const follow = others.filter(({ causedBy }) => causedBy !== null).length
  const rest = others.length - follow
  const isPage = first.rule.severity === 'page'
  return {
    signal: isPage ? 'risk' : 'watch',
    tag: isPage ? 'Wrong now' : 'Needs a look',
    says: first.says,
    steps: first.rule.runbook,
    more: [
      ...(follow > 0
        ? [`${plural(follow, 'alert')} beside it ${follow === 1 ? 'follows' : 'follow'} from a cause.`]
        : []),
      ...(rest > 0 ? [`${plural(rest, 'more alert')} ${rest === 1 ? 'fires' : 'fire'}.`] : []),
      ...(first.isSilenced ? ['It is silenced: nobody is told.'] : []),
      ...(isJudgedLate ? ['The rules are not being judged, so this may be over.'] : []),
    ],
  }
}

interface Freshness {
  readonly isHealthFresh: boolean
  readonly isAlertsFresh: boolean
}

function partsVerdict(known: Known, { isHealthFresh, isAlertsFresh }: Freshness): Verdict | null {
  if (!isHealthFresh) return unknown('It is not known how the parts of the server are: they cannot be read.')
  const now = serverNow(known)
  const parts = Object.entries(known.health.data?.components ?? {}).map(([name, part]) => {
    const look = partLook(part, now)
    return { name: partWords(name), part, look }
  })
  const down = parts.filter(({ look }) => look.signal === 'risk')
  const bad = down.length > 0 ? down : parts.filter(({ look }) => look.signal === 'watch')
  const [first] = bad
  if (first) {
    const { detail } = first.part
    return {
      signal: first.look.signal,
      tag: first.look.words,
      says: `${listWords(bad.map(({ name }) => name))}: ${down.length > 0 ? 'down' : 'not well'}.${isAlertsFresh ? ' No alert fires for it yet.' : ''}`,
      steps: detail === undefined ? [] : [`What was found: ${detail}`],
      more: isAlertsFresh ? [] : ['Whether an alert fires for it is not known: the alerts cannot be read.'],
    }
  }
  const dim = parts.filter(({ look, part }) => look.signal === 'unknown' && part.status !== 'not_configured')
  if (dim.length === 0) return null
  return unknown(`Nothing is known to be wrong, but this is not known: ${listWords(dim.map(({ name }) => name))}.`)
}

function alertsVerdict(known: Known): Verdict | null {
  if (isLate(known))
    return unknown('It is not known whether all is well: the rules of alerts are not being judged.', [
      'Search the log for "the watch could not look around".',
      'When nothing is there, restart the process.',
    ])
  const [first, ...others] = inState(known.alerts.data, 'pending')
  if (!first) return null
  return {
    signal: 'watch',
    tag: 'Being watched',
    says: `${first.says} It has not lasted long enough to alert.`,
    steps: first.rule.runbook,
    more: others.length > 0 ? [`${plural(others.length, 'more')} like it.`] : [],
  }
}

function objectivesVerdict({ objectives, nowMs }: Known): Verdict | null {
  if (!isFresh(objectives, nowMs, OBJECTIVES_STALE_MS))
    return unknown('Nothing is known to be wrong, but the objectives cannot be read.')
  const all = objectives.data?.objectives ?? []
  const titled = (status: string): string =>
    listWords(all.filter((one) => one.status === status).map((one) => one.title))
  const missed = titled('missed')
  if (missed !== '') return bearing(`Nothing is wrong now, but over the window this was missed: ${missed}.`)
  const little = titled('at-risk')
  if (little !== '') return bearing(`Nothing is wrong now, but little of the budget is left: ${little}.`)
  const few = titled('unknown')
  return few === '' ? null : unknown(`Nothing is known to be wrong; too little was seen to judge: ${few}.`)
}

function bearing(says: string): Verdict {
  const steps = ['See below what used the budget, and be careful with changes until it has recovered.']
  return { signal: 'watch', tag: 'Look ahead', says, steps, more: [] }
}

function listWords(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names)
}
