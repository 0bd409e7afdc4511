import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { z } from 'zod'
import { DEFAULT_SCALING } from '#domain/scaling/advise-replicas.ts'
import { REPLICA_CAPACITY, scalingFor } from '#domain/scaling/replica-capacity.ts'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import { findKnee, nextLevel, type Search, type Step } from '../../bench/capacity/find-knee.ts'
import { holdsSocket, MIX, planDeeds } from '../../bench/capacity/mix.ts'
import { createTally } from '../../bench/capacity/tally.ts'
import { createRandom } from '../chaos/seeded-random.ts'
import { EXAMPLES } from '../kubernetes/examples.ts'
import { readManifests } from '../kubernetes/objects.ts'
import { scalerOf } from './scaler-of-manifest.ts'

const step = fc.record({ level: fc.integer({ min: 1, max: 1000 }), holds: fc.boolean() })

/** Steps of a replica that bears this much and no more. */
function climb(bears: number, search: Search): Step[] {
  const steps: Step[] = []
  for (let level = nextLevel(steps, search); level !== null; level = nextLevel(steps, search))
    steps.push({ level, holds: level <= bears })
  return steps
}

test('the knee is the last step at which all held, below the first that broke', () => {
  const held = (level: number): Step => ({ level, holds: true })
  const broke = (level: number): Step => ({ level, holds: false })
  const cases: [Step[], number | null, number | null][] = [
    [[], null, null],
    [[held(100), held(200)], 200, null],
    [[held(100), held(200), broke(400), held(300), broke(350)], 300, 350],
    [[broke(100)], null, 100],
    [[broke(100), held(50), held(75)], 75, 100],
    // It held above what broke: luck.
    [[held(100), broke(200), held(400)], 100, 200],
    // The same level once held and once broke.
    [[held(100), held(200), broke(200)], 100, 200],
  ]
  for (const [steps, level, brokenAt] of cases)
    assert.deepEqual(findKnee(steps), { level, brokenAt }, JSON.stringify(steps))
})

test('no knee lies at or above what broke, whatever the order, and it held', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { level, brokenAt } = findKnee(steps)
      assert.deepEqual(findKnee(steps.toReversed()), { level, brokenAt })
      if (level !== null) assert.ok(steps.some((one) => one.level === level && one.holds))
      for (const one of steps)
        if (!one.holds) assert.ok(one.level >= (brokenAt ?? NaN) && one.level > (level ?? 0), JSON.stringify(one))
    }),
  )
})

test('the load is raised until something breaks, lowered until something holds, and halved in between', () => {
  const search = { first: 200, factor: 2, most: 32_000, halvings: 3 }
  const levels = (bears: number, change: Partial<Search> = {}): number[] =>
    climb(bears, { ...search, ...change }).map(({ level }) => level)
  assert.deepEqual(levels(1130), [200, 400, 800, 1600, 1200, 1000, 1100])
  assert.deepEqual(levels(60), [200, 100, 50, 75, 62, 56])
  assert.deepEqual(levels(1e9, { most: 1000 }), [200, 400, 800, 1000])
  assert.deepEqual(levels(0), [200, 100, 50, 25, 12, 6, 3, 1])
})

test('of a replica that bears so much the knee is found as closely as the halvings allow', () => {
  const search = { first: 100, factor: 2, most: 20_000, halvings: 4 }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30_000 }), (bears) => {
      const { level, brokenAt } = findKnee(climb(bears, search))
      assert.ok((level ?? 0) <= bears && (brokenAt === null ? level === search.most : brokenAt > bears))
      if (brokenAt !== null) assert.ok(brokenAt - (level ?? 0) <= Math.max(2, (level ?? 0) / 2 ** search.halvings + 2))
    }),
  )
})

test('a plan is repeated by its seed, in order, at the pace of the mix, and nobody asks twice in a row', () => {
  const plan = (seed: number) => planDeeds({ members: 500, seconds: 600, random: createRandom(seed) })
  assert.deepEqual(plan(1), plan(1))
  assert.notDeepEqual(plan(1), plan(2))
  const planned = plan(1)
  assert.deepEqual(
    planned.map(({ dueMs }) => dueMs),
    planned.map(({ dueMs }) => dueMs).toSorted((a, b) => a - b),
  )
  assert.ok(planned.every(({ dueMs, deed }) => dueMs < 600_000 && deed.member >= 0 && deed.member < 500))
  const askers = planned.flatMap(({ deed }) => (deed.kind === 'question' ? [deed.member] : []))
  // Members times hours times what one does in an hour.
  assert.ok(Math.abs(askers.length / (500 / 6) / MIX.questionsPerHour - 1) < 0.1, String(askers.length))
  const ofHome = planned.filter(({ deed }) => deed.kind === 'screen' && deed.paths.some((path) => path === '/api/home'))
  assert.ok(Math.abs(ofHome.length / (500 / 6) / 10 - 1) < 0.15, String(ofHome.length))
  assert.equal(new Set(askers.slice(0, 500)).size, Math.min(500, askers.length))
  assert.equal(Array.from({ length: 100 }, (_one, member) => member).filter(holdsSocket).length, 20)
})

test('a step breaks when any budget is used too fast, by what was due in its span, and a refusal is a fault', () => {
  const count = (change: (tally: ReturnType<typeof createTally>) => void) => {
    const tally = createTally({ fromMs: 1000, toMs: 11_000 })
    for (let at = 0; at < 100; at += 1) tally.answered(1000 + at, { isDone: true, ms: 50, words: '' })
    for (let at = 0; at < 20; at += 1) tally.firstWord(1000 + at, 800)
    for (let at = 0; at < 20; at += 1) tally.turnEnded(1000 + at, { isDone: true, ms: 3000, words: '' })
    change(tally)
    return tally.end()
  }
  const calm = count(() => undefined)
  assert.deepEqual([calm.holds, calm.requestsPerSecond, calm.turnsPerMinute, calm.turnsAtWork], [true, 10, 120, 6])
  const brokenBy = (change: Parameters<typeof count>[0]) => count(change).brokenBy
  const slow = { isDone: true, ms: 101, words: '' }
  const times = (most: number, work: () => void): void => Array.from({ length: most }).forEach(work)
  assert.deepEqual(
    brokenBy((tally) => times(5, () => tally.answered(2000, slow))),
    [],
  )
  assert.deepEqual(
    brokenBy((tally) => times(6, () => tally.answered(2000, slow))),
    ['latency'],
  )
  // Before and after the span.
  assert.deepEqual(
    brokenBy((tally) => [999, 11_000].forEach((dueMs) => times(50, () => tally.answered(dueMs, slow)))),
    [],
  )
  const refused = count((tally) => tally.answered(2000, { isDone: false, ms: 1, words: '429 /api/me' }))
  assert.deepEqual([refused.brokenBy, refused.failures], [['errors'], ['429 /api/me']])
  assert.deepEqual(
    brokenBy((tally) => tally.turnEnded(2000, { isDone: false, ms: 1, words: '' })),
    ['errors'],
  )
  assert.deepEqual(
    brokenBy((tally) => times(2, () => tally.firstWord(2000, 2501))),
    ['first-token'],
  )
  const looks = [true, false].map((isGood) => ({ objective: 'availability' as const, isGood }))
  assert.deepEqual(
    brokenBy((tally) => looks.forEach(tally.looked)),
    ['availability'],
  )
})

const textOf = (file: string): string => readFileSync(file, 'utf8')
const Scaler = z.object({
  turnsPerReplica: z.number().nullable().optional(),
  cpuPercent: z.number().nullable().optional(),
})
const Values = z.object({ autoscaling: Scaler.optional(), keda: Scaler.optional() })

test('advice, chart, kept manifests and documents go by one statement of what a replica bears', () => {
  const { turnsAtWork, cpuPercent } = REPLICA_CAPACITY
  const { turnsPerReplica, scalerTarget } = scalingFor(turnsAtWork)
  assert.equal(DEFAULT_SCALING.turnsPerReplica, turnsPerReplica)
  assert.equal(turnsPerReplica, turnsAtWork, 'no more than a process answers at a time')
  const files = ['deploy/helm/sophia/values.yaml', ...EXAMPLES.map(({ valuesFile }) => valuesFile)]
  const scalers = files.flatMap((file) => {
    const { autoscaling, keda } = Values.parse(parse(textOf(file)))
    return [autoscaling, keda].flatMap((one) => one ?? [])
  })
  const said = (name: keyof z.infer<typeof Scaler>): number[] => scalers.flatMap((scaler) => scaler[name] ?? [])
  assert.deepEqual([...new Set(said('turnsPerReplica'))], [scalerTarget])
  assert.deepEqual([...new Set(said('cpuPercent'))], [cpuPercent])
  const targets = EXAMPLES.flatMap(({ renderedFile }) =>
    readManifests(textOf(renderedFile))
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .flatMap((one) => scalerOf(one).metrics),
  )
  const targetsOf = (name: string): number[] => [
    ...new Set(targets.filter((one) => one.name === name).map(({ target }) => target)),
  ]
  assert.deepEqual([targetsOf('sophia_turns_active'), targetsOf('cpu')], [[scalerTarget], [cpuPercent]])
  assert.ok(textOf('docs/use/calendar.md').includes(`\`turns_per_replica\` (${turnsPerReplica})`))
  assert.ok(textOf('docs/use/kubernetes.md').includes(`(${turnsPerReplica} turns)`))
})

test('what is measured becomes what is set: whole turns, some left to spare, within what a process answers at a time', () => {
  assert.deepEqual(scalingFor(21.9), { turnsPerReplica: 21, scalerTarget: 15 })
  assert.deepEqual(scalingFor(0.2), { turnsPerReplica: 1, scalerTarget: 1 })
  assert.equal(scalingFor(900).turnsPerReplica, DEFAULT_TURN_LIMITS.turnsPerProcess)
})
