import type { Drill, DrillFigures, DrillReport, DrillRun } from '#contract/drills.ts'
import type { Signal } from './skill-figures.ts'
import { durationWords, NO_BREAK, plural } from './words.ts'

type Target = DrillReport['targets']['recovery']

/** The rehearsal that waits or runs, if one does. */
export function openRun({ runs }: Pick<Drill, 'runs'>): DrillRun | null {
  return runs.find(({ state }) => state !== 'ended') ?? null
}

/** The newest that came to an end, whatever it was. */
export function lastRun({ runs }: Pick<Drill, 'runs'>): DrillRun | null {
  return runs.find(({ state }) => state === 'ended') ?? null
}

const VERDICTS: Readonly<Record<NonNullable<DrillRun['verdict']>, { signal: Signal; words: string }>> = {
  held: { signal: 'good', words: 'Held' },
  broken: { signal: 'risk', words: 'Broken' },
  inconclusive: { signal: 'watch', words: 'Inconclusive' },
  'not-run': { signal: 'unknown', words: 'Not run' },
}

/** What a rehearsal showed; that nothing was shown is no good sign. */
export function verdictLook(run: Pick<DrillRun, 'verdict'> | null): { signal: Signal; words: string } {
  return run?.verdict ? VERDICTS[run.verdict] : { signal: 'unknown', words: 'Never rehearsed' }
}

/** `0.4 s`, `12 s`, `2 min 5 s`. */
export function spanOf(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)}${NO_BREAK}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}${NO_BREAK}s`
  return seconds % 60 === 0
    ? `${seconds / 60}${NO_BREAK}min`
    : `${Math.floor(seconds / 60)}${NO_BREAK}min ${seconds % 60}${NO_BREAK}s`
}

/** A figure beside its target: whether it lies within what is aimed at, within what is promised, or beyond. */
export function besideTarget(ms: number | null, { mostMs, aimMs }: Target): { signal: Signal; words: string } {
  const promise = `${spanOf(mostMs)} at most, ${spanOf(aimMs)} aimed at`
  if (ms === null) return { signal: 'unknown', words: promise }
  if (ms <= aimMs) return { signal: 'good', words: promise }
  return { signal: ms <= mostMs ? 'watch' : 'risk', words: promise }
}

export function noticedWords(drill: Pick<Drill, 'isNoticed'>, figures: DrillFigures | null): string {
  if (figures === null) return 'unknown'
  if (figures.detectionMs !== null) return spanOf(figures.detectionMs)
  return drill.isNoticed ? 'not noticed' : 'nobody left to'
}

export function recoveryWords(figures: DrillFigures | null): string {
  if (figures === null) return 'unknown'
  if (figures.recoveryMs === null) return 'not in time'
  return figures.recoveryMs === 0 ? 'nobody waited' : spanOf(figures.recoveryMs)
}

/** What no backup and no standby could have is told besides: it is gone as well. */
export function lossWords(figures: DrillFigures | null): string {
  if (figures === null) return 'unknown'
  const { acknowledged, lost, sinceBackup } = figures
  return `${lost} of ${acknowledged}${sinceBackup ? `, ${sinceBackup} too late to be kept` : ''}`
}

/** All drills in one sentence each way. */
export function summaryWords(drills: readonly Drill[]): string {
  const verdicts = drills.map((drill) => lastRun(drill)?.verdict ?? null)
  if (verdicts.every((verdict) => verdict === null))
    return drills.every((drill) => openRun(drill) === null)
      ? 'No disaster was rehearsed yet. The first takes about a minute.'
      : 'The first rehearsal is under way. It takes about a minute.'
  const count = (wanted: DrillRun['verdict']): number => verdicts.filter((verdict) => verdict === wanted).length
  const rest = [
    [count('broken'), 'broken'],
    [count('inconclusive'), 'inconclusive'],
    [count('not-run'), 'not run here'],
    [count(null), 'never rehearsed'],
  ] as const
  const others = rest.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`)
  return (
    [`${count('held')} of ${plural(drills.length, 'disaster')} held when last rehearsed`, ...others].join(', ') + '.'
  )
}

/** How often each is rehearsed by itself now. */
export function scheduleWords(everyMs: number): string {
  if (everyMs === 0) return 'None is rehearsed by itself now: no period of the calendar asks for it with drills.every.'
  const days = everyMs / 86_400_000
  const often = Number.isInteger(days) ? plural(days, 'day') : durationWords(everyMs)
  return `Now is a quiet period: each is rehearsed again after ${often}.`
}

export interface TrendBar {
  readonly x: number
  readonly height: number
  readonly isBroken: boolean
}

const STEP = 7
const LEAST = 2

/** Recoveries from left to right, the newest last; what came to no figures has no bar. */
export function trendBars(runs: readonly DrillRun[], height: number): readonly TrendBar[] {
  const measured = runs.filter(({ figures }) => figures !== null).toReversed()
  const values = measured.map(({ figures }) => figures?.recoveryMs ?? null)
  const highest = Math.max(1, ...values.map((value) => value ?? 0))
  return measured.map(({ verdict }, index) => {
    const value = values[index] ?? null
    // One that did not recover stands as high as there is room.
    const share = value === null ? 1 : value / highest
    return { x: index * STEP, height: Math.max(LEAST, share * height), isBroken: verdict === 'broken' }
  })
}

/** The trend for those who do not see it. */
export function trendWords(runs: readonly DrillRun[]): string {
  const told = runs.filter(({ figures }) => figures !== null).map(({ figures }) => recoveryWords(figures))
  return told.length === 0 ? 'No rehearsal was measured' : `Recovery, the newest first: ${told.join(', ')}`
}
