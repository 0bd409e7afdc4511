import assert from 'node:assert/strict'
import { test } from 'node:test'
import { badShare, budgetOf, burnRate, standingOf } from './budget.ts'
import { judgeAnswer, judgeBackup, judgeFirstToken, judgeMemory } from './judge.ts'
import { OBJECTIVE_IDS, OBJECTIVES, objectiveOf } from './objectives.ts'

const errors = objectiveOf('errors')

test('a month of 43.2 minutes: two minutes of a total outage use 4.6 % of the budget', () => {
  const perMinute = 12
  const bad = 2 * perMinute
  const budget = budgetOf({ good: 30 * 24 * 60 * perMinute - bad, bad }, OBJECTIVES.availability)
  assert.equal(budget?.allowedBad.toFixed(1), (43.2 * perMinute).toFixed(1))
  assert.equal((1 - (budget?.remaining ?? 0)).toFixed(3), '0.046')
})

test('burn is 1 where exactly the allowed share is bad, and a thousand in a total outage', () => {
  assert.equal(burnRate({ good: 999, bad: 1 }, errors)?.toFixed(6), '1.000000')
  assert.equal(burnRate({ good: 0, bad: 100 }, errors)?.toFixed(0), '1000')
})

test('of too few nothing is said: neither good nor bad', () => {
  assert.equal(badShare({ good: 0, bad: 19 }, errors), null)
  assert.equal(budgetOf({ good: 0, bad: 0 }, { ...errors, leastEvents: 0 }), null)
  assert.equal(standingOf(null), 'unknown')
  assert.notEqual(badShare({ good: 0, bad: 20 }, errors), null)
})

test('a budget is met, at risk with less than a quarter left, and missed when it is overdrawn', () => {
  const at = (bad: number) => standingOf(budgetOf({ good: 100_000 - bad, bad }, errors))
  assert.deepEqual([at(0), at(75), at(76), at(100), at(101)], ['met', 'met', 'at-risk', 'at-risk', 'missed'])
})

test('an answer is judged once for its fault, and for its time only where that is ours to decide', () => {
  const answered = { status: 200, ms: 100, isLong: false }
  const seen = (change: Partial<typeof answered>) =>
    judgeAnswer({ ...answered, ...change }).map(({ objective, isGood }) => `${objective} ${isGood ? 'good' : 'bad'}`)
  assert.deepEqual(seen({}), ['errors good', 'latency good'])
  assert.deepEqual(seen({ ms: 100.1 }), ['errors good', 'latency bad'])
  assert.deepEqual(seen({ status: 404 }), ['errors good', 'latency good'])
  assert.deepEqual(seen({ status: 503, ms: 1 }), ['errors bad'])
  assert.deepEqual(seen({ isLong: true, ms: 9000 }), ['errors good'])
})

test('the other goals are kept to the last unit', () => {
  assert.deepEqual([judgeFirstToken(2.5).isGood, judgeFirstToken(2.501).isGood], [true, false])
  assert.deepEqual([judgeMemory(0.8).isGood, judgeMemory(0.801).isGood], [true, false])
  const hours = 3_600_000
  assert.deepEqual([judgeBackup(26 * hours).isGood, judgeBackup(26 * hours + 1).isGood], [true, false])
})

test('every objective can be missed', () => {
  for (const id of OBJECTIVE_IDS) assert.ok(objectiveOf(id).target > 0 && objectiveOf(id).target < 1, id)
})
