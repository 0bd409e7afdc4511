import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays } from '../day.ts'
import { noiseOfMean } from './intervention-measure.ts'
import { actBy, rateUrgency, spreadDays } from './intervention-urgency.ts'
import { URGENCIES, type InterventionTrigger } from './intervention.ts'
import { planEnd, planPhases } from './success-schedule.ts'
import { SUCCESS_TIMELINES } from './success.ts'

const TODAY = '2026-06-30'
const usd = (units: number) => ({ amountMicros: units * 1e6, currency: 'USD' })
const trigger = (severity: number, name: InterventionTrigger['name'] = 'silence'): InterventionTrigger => ({
  name,
  label: name,
  text: '',
  severity,
  evidence: [],
})

test('points are severity, renewal and money; what is unknown is left out and the rest stretched', () => {
  const all = rateUrgency(trigger(0.5), { renewalInDays: 90, arr: usd(10), medianArrMicros: 10e6 })
  // 25 of 50, 15 of 30, 10 of 20
  assert.deepEqual([all.points, all.urgency], [50, 'this_week'])
  const alone = rateUrgency(trigger(0.5), { renewalInDays: null, arr: null, medianArrMicros: null })
  assert.deepEqual([alone.points, alone.parts.length], [50, 1])
  assert.equal(rateUrgency(null, { renewalInDays: 1, arr: null, medianArrMicros: null }).urgency, 'none')
  const growth = rateUrgency(trigger(1, 'above_licence'), { renewalInDays: 1, arr: usd(10), medianArrMicros: 1e6 })
  assert.equal(growth.urgency, 'this_month')
})

test('a graver trigger, a nearer renewal or more money never makes it less urgent', () => {
  const terms = fc.record({
    severity: fc.double({ min: 0, max: 1, noNaN: true }),
    days: fc.nat(400),
    units: fc.nat(500),
  })
  fc.assert(
    fc.property(terms, terms, (a, b) => {
      const points = (severity: number, days: number, units: number): number =>
        rateUrgency(trigger(severity), { renewalInDays: days, arr: usd(units), medianArrMicros: 100e6 }).points ?? -1
      const low = points(Math.min(a.severity, b.severity), Math.max(a.days, b.days), Math.min(a.units, b.units))
      const high = points(Math.max(a.severity, b.severity), Math.min(a.days, b.days), Math.max(a.units, b.units))
      assert.ok(low <= high && low >= 0 && high <= 100)
    }),
  )
})

test('the last day lies between today and the renewal, and the steps before it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...URGENCIES), fc.option(fc.integer({ min: -50, max: 200 })), (urgency, renewal) => {
      const renewalOn = renewal === null ? null : addDays(TODAY, renewal)
      const byDay = actBy(urgency, TODAY, renewalOn)
      assert.equal(byDay === null, urgency === 'none')
      if (byDay === null) return
      assert.ok(byDay >= TODAY && (renewalOn === null || renewalOn <= TODAY || byDay < renewalOn))
      assert.ok(spreadDays(6, TODAY, byDay).every((day) => day >= TODAY && day <= byDay))
    }),
  )
})

test('noise is two standard errors, and nothing is said of fewer than four values', () => {
  // standard deviation of 8, 10, 10, 12 is 1.633; over four values two errors of the mean are 1.6
  assert.equal(noiseOfMean([8, 10, 10, 12], 4), 1.6)
  assert.equal(noiseOfMean([8, 10, 12], 4), null)
})

test('phases of every timeline cover it without gap or overlap', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SUCCESS_TIMELINES), fc.nat(2000), (timeline, offset) => {
      const from = addDays('2024-01-31', offset)
      const to = planEnd(from, timeline)
      const phases = planPhases(timeline, { from, to }, [])
      assert.deepEqual([phases[0]?.from, phases.at(-1)?.to], [from, to])
      phases.slice(1).forEach((phase, index) => assert.equal(phase.from, addDays(phases[index]?.to ?? '', 1)))
    }),
  )
})
