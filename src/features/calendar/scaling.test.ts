import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { DEFAULT_SCALING, type ScalingRules } from '#domain/scaling/advise-replicas.ts'
import { planOf } from '../../../test/support/calendar-fixture.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createScaling } from './scaling.ts'

const PLAN = planOf({ periods: {}, policies: [] }, { fromDay: '2026-11-01', toDay: '2026-12-31' })

/** What is advised to who asks every so many seconds, while far more turns wait than there may be replicas for. */
async function climb(change: Partial<ScalingRules>, everySeconds: number, seconds: number) {
  const clock = createManualClock('2026-11-10T09:00:00Z')
  const scaling = createScaling({
    clock,
    log: pino({ level: 'silent' }),
    plan: () => PLAN,
    rules: () => ({ ...DEFAULT_SCALING, max: 100, step: 4, ...change }),
    countOpenTurns: async () => 40_000,
  })
  const told: { readonly atSeconds: number; readonly replicas: number; readonly reasons: string }[] = []
  for (let at = 0; at <= seconds; at += everySeconds) {
    // One after the other, as a scaler asks.
    // oxlint-disable-next-line no-await-in-loop
    const { desiredReplicas, reasons } = await scaling.advise()
    told.push({ atSeconds: at, replicas: desiredReplicas, reasons: reasons.join(' ') })
    clock.advance(everySeconds * 1000)
  }
  return told
}

test('however often it is asked, it goes up by no more than a step a minute', async () => {
  for (const everySeconds of [5, 7, 15, 30, 60, 61, 90]) {
    // oxlint-disable-next-line no-await-in-loop
    const told = await climb({}, everySeconds, 600)
    for (const one of told)
      for (const later of told.filter(({ atSeconds }) => atSeconds > one.atSeconds && atSeconds < one.atSeconds + 60))
        assert.ok(later.replicas - one.replicas <= 4, `every ${everySeconds} s: ${JSON.stringify([one, later])}`)
    const last = told.at(-1)?.replicas ?? 0
    assert.ok(last >= (everySeconds > 60 ? 25 : 36), `it does go up: ${last} when asked every ${everySeconds} s`)
  }
})

test('what only would have been neither costs money nor is a step, once it is followed', async () => {
  const clock = createManualClock('2026-11-10T09:00:00Z')
  let rules: ScalingRules = {
    ...DEFAULT_SCALING,
    max: 100,
    step: 4,
    isShadow: true,
    usdPerReplicaHour: 10,
    usdPerDay: 1,
  }
  const scaling = createScaling({
    clock,
    log: pino({ level: 'silent' }),
    plan: () => PLAN,
    rules: () => rules,
    countOpenTurns: async () => 40_000,
  })
  const ask = async (times: number): Promise<number> => {
    let replicas = 0
    for (let at = 0; at < times; at += 1) {
      clock.advance(60_000)
      // One after the other, as a scaler asks.
      // oxlint-disable-next-line no-await-in-loop
      replicas = (await scaling.advise()).desiredReplicas
    }
    return replicas
  }
  await ask(30)
  rules = { ...rules, isShadow: false }
  assert.equal(await ask(1), 5)
})

test('a clock that was set back holds nothing up', async () => {
  const clock = createManualClock('2026-11-10T09:00:00Z')
  const scaling = createScaling({
    clock,
    log: pino({ level: 'silent' }),
    plan: () => PLAN,
    rules: () => ({ ...DEFAULT_SCALING, max: 100, step: 4 }),
    countOpenTurns: async () => 40_000,
  })
  await scaling.advise()
  clock.shiftWall(-3_600_000)
  let replicas = 0
  for (let minute = 0; minute < 10; minute += 1) {
    clock.advance(60_000)
    // oxlint-disable-next-line no-await-in-loop
    replicas = (await scaling.advise()).desiredReplicas
  }
  assert.ok(replicas >= 36, `${replicas}`)
})

test('while only watching it tells what it would be as if it were followed', async () => {
  const [real, shadow] = await Promise.all([climb({}, 30, 300), climb({ isShadow: true }, 30, 300)])
  assert.deepEqual(new Set(shadow.map(({ replicas }) => replicas)), new Set([1]))
  const would = shadow.map(({ reasons }) => Number(/it would be (\d+)\./.exec(reasons)?.[1]))
  assert.deepEqual(
    would,
    real.map(({ replicas }) => replicas),
  )
})
