import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Planted } from './simulated-world.ts'
import { simulateTurns } from './simulate-turns.ts'

/** `npm run simulate` runs thousands. */
const SEEDS = 300
/** The rarest shows itself in one run of some two hundred. */
const MOST_SEEDS_FOR_A_FAULT = 3000
const first = Math.floor(Math.random() * 1_000_000_000)

test('whatever dies, ends, freezes, is cut off or lost, in whatever order: every turn ends once, readers have what is stored, and a person is heard', (t) => {
  let attempts = 0
  let calls = 0
  for (let seed = first; seed < first + SEEDS; seed += 1) {
    const outcome = simulateTurns(seed)
    assert.deepEqual(outcome.breaches, [], `npm run simulate -- --seed ${seed} --seeds 1`)
    attempts += outcome.attempts - outcome.turns
    calls += outcome.calls
  }
  t.diagnostic(`seeds ${first} to ${first + SEEDS - 1}, ${attempts} takeovers, ${calls} calls`)
  assert.ok(attempts > SEEDS / 4, 'turns were taken over')
  assert.ok(calls > SEEDS / 4, 'calls were made')
})

test('the same seed is the same run', () => {
  const planted = { noFence: true, noHeartbeat: true } as const
  for (let seed = first; seed < first + 5; seed += 1)
    assert.deepEqual(simulateTurns(seed, planted), simulateTurns(seed, planted))
})

/** What is done wrong, and how it must show itself: for what it is, not for some accident. */
const FAULTS: readonly (readonly [keyof Planted, RegExp])[] = [
  ['noFence', /2 answers|not dense|something else|ends more than once/],
  ['noLease', /from a process that was well/],
  ['noHeartbeat', /from a process that was well/],
  ['claimDuringOutage', /from a process that was well/],
  ['claimWhatRanOutMeanwhile', /from a process that was well/],
  ['noDuplicateCheck', /is stored \d+ times/],
  ['ackBeforeCommit', /was acknowledged and is lost/],
  ['answerOutsideTransaction', /does not end with turn-end/],
  ['deliverBeforeCommit', /was delivered and is not in the journal|with another content/],
  ['renumberOnRepeat', /says something else than its message|with another content|is not dense/],
  ['forgetUnwritten', /is not dense/],
  ['resumeOffByOne', /as a gap/],
  ['ignoreGaps', /as a gap|as a repeat/],
  ['silentRestart', /begins without a word/],
  ['startUnaware', /from a process that was well/],
  ['waitingIsForgotten', /is waiting/],
  ['waitForEver', /is waiting/],
  ['noHeartbeatWhileWaiting', /from a process that was well/],
  ['lateYes', /after its time/],
  ['repeatUnasked', /was sent \d+ times on \d+ approvals/],
  ['keyOfAttempt', /which is no place in its turn/],
  ['dropEarlierCalls', /has no word of it|and its answer says/],
  ['silentCancel', /has no word of it/],
  ['keepWhatIsHeld', /which left in order/],
  ['claimWhileEnding', /which left in order/],
]

for (const [fault, pattern] of FAULTS) {
  test(`the simulation notices ${fault}`, (t) => {
    for (let seed = first; seed < first + MOST_SEEDS_FOR_A_FAULT; seed += 1) {
      const found = simulateTurns(seed, { [fault]: true }).breaches.find((breach) => pattern.test(breach))
      if (found === undefined) continue
      t.diagnostic(`seed ${seed}, the ${seed - first + 1}th: ${found}`)
      return
    }
    assert.fail(`${fault} was not noticed in seeds from ${first} on`)
  })
}
