import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../../../test/chaos/seeded-random.ts'
import { DAY, ordinaryDay, type Outage } from '../../../test/support/ordinary-day.ts'
import { replayAlerts, type Told } from '../../../test/support/replay-alerts.ts'

const HOUR = 3600

/** What would wake somebody, by the time of the day at which it would. */
function pagesOf(told: readonly Told[]): { readonly rule: string; readonly atSeconds: number }[] {
  return told.flatMap(({ fired, atSeconds }) =>
    fired
      .filter(({ rule }) => rule.severity === 'page')
      .map(({ rule }) => ({ rule: rule.id, atSeconds: atSeconds % DAY || DAY })),
  )
}

test('an ordinary day with deployments, the close of a month and a slow provider wakes nobody', () => {
  const told = replayAlerts(ordinaryDay({ seed: 1 }))
  assert.deepEqual(pagesOf(told), [])
  // A ticket may be due; one that comes and goes all day is none.
  const rules = told.flatMap(({ fired }) => fired.map(({ rule }) => rule.id))
  assert.ok(told.length <= 4, `${told.length} messages: ${rules.join()}`)
})

/** The first page after an outage begins, looked for from a quarter of an hour before it on; a page before it would be a false one. */
function firstPage(planted: Outage, seed: number): { readonly rule: string; readonly afterSeconds: number } | null {
  const judged = [planted.fromSeconds - HOUR / 4, planted.fromSeconds + 300] as const
  const [first] = pagesOf(replayAlerts(ordinaryDay({ seed, planted, judged })))
  return first ? { rule: first.rule, afterSeconds: first.atSeconds - planted.fromSeconds } : null
}

const PLANTED: readonly [kind: Outage['kind'], rule: string, withinSeconds: number][] = [
  ['requests fail', 'errors-flash', 17],
  ['a process is killed', 'replica-silent', 17],
  ['the provider is down', 'model-failing', 130],
  ['answers wait', 'turns-waiting', 70],
  ['too much is asked', 'load-shed', 60],
]

test('the same day wakes somebody for each outage that is planted in it, in time', () => {
  for (const [kind, rule, withinSeconds] of PLANTED) {
    const page = firstPage({ kind, fromSeconds: 13 * HOUR + 7 }, 4)
    assert.equal(page?.rule, rule, kind)
    assert.ok(page.afterSeconds > 0 && page.afterSeconds <= withinSeconds, `${kind}: after ${page.afterSeconds} s`)
  }
})

test('whenever in the working day all requests begin to fail, that is told within 17 s', () => {
  const random = createRandom(5)
  const seconds = Array.from({ length: 25 }, () => {
    const page = firstPage({ kind: 'requests fail', fromSeconds: (8 + 10 * random()) * HOUR }, 6)
    assert.equal(page?.rule, 'errors-flash')
    return page.afterSeconds
  })
  assert.ok(Math.min(...seconds) > 0 && Math.max(...seconds) <= 17, `${Math.max(...seconds)} s`)
})
