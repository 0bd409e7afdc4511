import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillRun } from '#contract/drills.ts'
import { GOOD_FIGURES } from '../../../test/support/drill-figures.ts'
import {
  besideTarget,
  lastRun,
  lossWords,
  noticedWords,
  openRun,
  recoveryWords,
  scheduleWords,
  spanOf,
  summaryWords,
  trendBars,
  trendWords,
  verdictLook,
} from './drill-words.ts'

function run(change: Partial<DrillRun> = {}): DrillRun {
  return {
    id: '019ad000-0000-7000-8000-000000000000',
    name: 'restore',
    origin: 'screen',
    state: 'ended',
    askedAt: '2026-11-29T10:00:00.000Z',
    beganAt: '2026-11-29T10:00:01.000Z',
    endedAt: '2026-11-29T10:01:00.000Z',
    host: 'one',
    version: '1.0.0',
    step: null,
    verdict: 'held',
    reasons: [],
    steps: [],
    figures: GOOD_FIGURES,
    ...change,
  }
}

function drill(runs: readonly DrillRun[]) {
  const words = {
    hypothesis: '',
    steadyState: '',
    fault: '',
    recovery: '',
    loss: '',
    promises: [],
    notJudged: [],
    isNoticed: true,
  }
  return { name: 'restore', title: 'Gone', ...words, runs: [...runs] }
}

test('what was not run or never rehearsed is unknown, never good', () => {
  assert.deepEqual(verdictLook(null), { signal: 'unknown', words: 'Never rehearsed' })
  assert.equal(verdictLook(run({ verdict: 'not-run' })).signal, 'unknown')
  assert.equal(verdictLook(run({ verdict: 'inconclusive' })).signal, 'watch')
  assert.equal(verdictLook(run({ verdict: 'broken' })).signal, 'risk')
  assert.equal(verdictLook(run()).signal, 'good')
})

test('one that runs stands beside the last that ended', () => {
  const open = run({ state: 'running', verdict: null, figures: null })
  const both = drill([open, run()])
  assert.equal(openRun(both), open)
  assert.equal(lastRun(both)?.verdict, 'held')
  assert.equal(openRun(drill([run()])), null)
})

test('figures in words, and what was not seen says so', () => {
  assert.deepEqual([400, 9949, 12_400, 60_000, 125_000].map(spanOf), [
    '0.4\u00a0s',
    '9.9\u00a0s',
    '12\u00a0s',
    '1\u00a0min',
    '2\u00a0min 5\u00a0s',
  ])
  assert.equal(noticedWords({ isNoticed: true }, { ...GOOD_FIGURES, detectionMs: null }), 'not noticed')
  assert.equal(noticedWords({ isNoticed: false }, { ...GOOD_FIGURES, detectionMs: null }), 'nobody left to')
  assert.equal(noticedWords({ isNoticed: true }, null), 'unknown')
  assert.equal(recoveryWords({ ...GOOD_FIGURES, recoveryMs: 0 }), 'nobody waited')
  assert.equal(recoveryWords({ ...GOOD_FIGURES, recoveryMs: null }), 'not in time')
  assert.equal(lossWords(GOOD_FIGURES), '0 of 29')
  assert.equal(lossWords({ ...GOOD_FIGURES, sinceBackup: 7 }), '0 of 29, 7 too late to be kept')
})

test('a figure is good within what is aimed at only', () => {
  const target = { mostMs: 30_000, aimMs: 17_000 }
  const signals = [17_000, 17_001, 30_001, null].map((ms) => besideTarget(ms, target).signal)
  assert.deepEqual(signals, ['good', 'watch', 'risk', 'unknown'])
})

test('the summary counts those that held and names the rest', () => {
  const drills = [drill([run()]), drill([run({ verdict: 'broken' })]), drill([run({ verdict: 'not-run' })]), drill([])]
  assert.equal(
    summaryWords(drills),
    '1 of 4 disasters held when last rehearsed, 1 broken, 1 not run here, 1 never rehearsed.',
  )
})

test('before the first rehearsal has ended nothing is said to have held or not', () => {
  assert.equal(summaryWords([drill([]), drill([])]), 'No disaster was rehearsed yet. The first takes about a minute.')
  assert.equal(
    summaryWords([drill([run({ state: 'running', verdict: null, endedAt: null, figures: null })]), drill([])]),
    'The first rehearsal is under way. It takes about a minute.',
  )
})

test('the schedule says when there is none', () => {
  assert.match(scheduleWords(0), /^None is rehearsed by itself now: .*drills\.every\.$/)
  assert.equal(scheduleWords(7 * 86_400_000), 'Now is a quiet period: each is rehearsed again after 7 days.')
})

test('the trend goes from left to right, and what did not recover stands highest', () => {
  const figures = (recoveryMs: number | null) => ({ ...GOOD_FIGURES, recoveryMs })
  const runs = [
    run({ figures: figures(null), verdict: 'broken' }),
    run({ figures: null, verdict: 'not-run' }),
    run({ figures: figures(4000) }),
    run({ figures: figures(1000) }),
  ]
  assert.deepEqual(trendBars(runs, 20), [
    { x: 0, height: 5, isBroken: false },
    { x: 7, height: 20, isBroken: false },
    { x: 14, height: 20, isBroken: true },
  ])
  assert.equal(trendWords(runs), 'Recovery, the newest first: not in time, 4.0\u00a0s, 1.0\u00a0s')
  assert.equal(trendWords([]), 'No rehearsal was measured')
})
