import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { toCronTrigger } from '#domain/scaling/floor-windows.ts'
import { readManifests } from '../kubernetes/objects.ts'
import { cronReplicas } from './cron-rule.ts'
import { openMonth } from './month.ts'
import { replayMonth } from './replay.ts'
import { scalerOf } from './scaler-of-manifest.ts'
import { createScaler, type ScalerSpec, type Sight } from './scaler.ts'

const month = await openMonth()
const AHEAD_MS = 300_000
const triggers = month.windows.map((window) => toCronTrigger(window, AHEAD_MS))

/** The scaler of the manifests that are kept, with the same limits for all of them. */
function keptScaler(example: string): ScalerSpec {
  const manifests = readManifests(readFileSync(`deploy/kubernetes/${example}.yaml`, 'utf8'))
  const found = manifests.find(({ kind }) => ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind))
  assert.ok(found, example)
  return { ...scalerOf(found), min: 2, max: 10 }
}

const SPEC: ScalerSpec = {
  min: 1,
  max: 20,
  metrics: [{ name: 'cpu', kind: 'perPod', target: 50 }],
  up: { waitSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
  down: { waitSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
}
const sight = (part: Partial<Sight>): Sight => ({ atMs: 0, pods: 4, readyPods: 4, values: { cpu: 50 }, ...part })

test('the model of the scaler does what Kubernetes says of it', () => {
  const once = (part: Partial<Sight>, spec = SPEC): number => createScaler(spec)(sight(part))
  // The example of its documents: 200m where 100m are wanted doubles; a tenth more or less moves nothing.
  assert.deepEqual([once({ values: { cpu: 100 } }), once({ values: { cpu: 54 } })], [8, 4])
  assert.equal(once({ values: { cpu: 300 } }), 8, 'at most twice as many in one period')
  assert.equal(once({ pods: 8, readyPods: 4, values: { cpu: 90 } }), 8, 'those that start are not asked for twice')
  assert.equal(once({ values: {} }), 4, 'a figure that cannot be had moves nothing')
  const total: ScalerSpec = { ...SPEC, metrics: [{ name: 'wanted', kind: 'total', target: 1 }] }
  assert.equal(once({ values: { wanted: 7 } }, total), 7)
})

test('it goes down only when nothing more was wanted for five minutes, and one a minute', () => {
  const decide = createScaler(SPEC)
  const pods: number[] = [4]
  for (let atMs = 0; atMs < 480_000; atMs += 15_000) {
    const now = pods.at(-1) ?? 4
    pods.push(decide(sight({ atMs, pods: now, readyPods: now, values: { cpu: atMs < 15_000 ? 50 : 10 } })))
  }
  assert.equal(pods.indexOf(3) - 1, 20, 'the look at 300 s is the first without the four that were wanted at 0 s')
  assert.equal(pods.indexOf(2) - pods.indexOf(3), 4)
})

test('cron triggers as KEDA reads them ask for what the calendar asks for, and five minutes before', () => {
  assert.ok(triggers.length >= 2)
  for (let atMs = month.fromMs; atMs < month.toMs - AHEAD_MS; atMs += 60_000) {
    const said = cronReplicas(triggers, atMs)
    const floors = [atMs, atMs + AHEAD_MS].map((at) => Math.ceil(month.floorAt(at)))
    assert.equal(said, Math.max(0, ...floors.filter((floor) => floor > 1)), new Date(atMs).toISOString())
  }
})

test('over a month the calendar is there before the work: fewer minutes short than by load alone, for a bounded price', () => {
  const cronAt = (atMs: number): number => cronReplicas(triggers, atMs)
  // The same scaler, told nothing of the days to come.
  const blind = { ...month, floorAt: () => 1 }
  const byFloor = {
    alone: { month: blind, spec: keptScaler('gateway') },
    planned: { month, spec: keptScaler('gateway') },
  }
  const byCron = { month: blind, spec: keptScaler('keda') }
  for (const { alone, planned } of [byFloor, { alone: byCron, planned: { ...byCron, cronAt } }]) {
    const [without, withIt] = [replayMonth(alone), replayMonth(planned)]
    assert.ok(without.minutesShort > 1, 'a month that load alone bears shows nothing')
    assert.ok(withIt.minutesShort < without.minutesShort / 4)
    assert.ok(withIt.turnMinutesWaiting < without.turnMinutesWaiting / 4)
    assert.ok(withIt.podHours < 1.2 * without.podHours)
  }
})
