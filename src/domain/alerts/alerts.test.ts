import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readingsOf, scenariosOf } from '../../../test/support/alert-scenarios.ts'
import { advanceAlert, type ActiveAlert } from './advance-alert.ts'
import { readSamples, thresholdOf } from './condition.ts'
import { evaluateRule } from './evaluate-rule.ts'
import { tellRound, type Judged, type KnownAlert } from './judge-round.ts'
import { planMessages, standInFor, quietReason, type Situation, type Tellable } from './plan-messages.ts'
import { toPromql } from './promql.ts'
import { renderMessage } from './render-message.ts'
import { ALERT_RULES, findRule } from './rules.ts'

function ruleOf(id: string) {
  const rule = findRule(id)
  assert.ok(rule, id)
  return rule
}

for (const rule of ALERT_RULES) {
  test(`${rule.id} fires when it should and stays quiet close below`, () => {
    const seen = scenariosOf(rule).map((scenario) => {
      const findings = evaluateRule(rule, thresholdOf(rule.condition), readingsOf(scenario))
      return [scenario.name, scenario.isFiring, findings.some(({ isHolding }) => isHolding)] as const
    })
    for (const [name, isWanted, isHolding] of seen) assert.equal(isHolding, isWanted, name)
    assert.deepEqual(new Set(seen.map(([, isWanted]) => isWanted)), new Set([true, false]))
  })
}

test('every rule is one of a kind, says what to do, and names causes that exist and lead to no circle', () => {
  assert.equal(new Set(ALERT_RULES.map(({ id }) => id)).size, ALERT_RULES.length)
  const causesOf = (id: string): string[] => ruleOf(id).causes.flatMap((cause) => [cause, ...causesOf(cause)])
  for (const { id, runbook, causes } of ALERT_RULES) {
    assert.ok(runbook.length > 0, id)
    for (const cause of causes) assert.ok(findRule(cause), `${id} names ${cause}`)
    assert.ok(!causesOf(id).includes(id), id)
  }
})

test('a total outage reaches the pairs in the time that was computed for them', () => {
  const secondsToFire = (id: string): number => {
    const rule = ruleOf(id)
    for (let seconds = 1; seconds < 400; seconds += 1) {
      // One request a second, all good for months, then none.
      const counts = (_objective: string, span: number) => ({
        good: Math.max(0, span - seconds),
        bad: Math.min(span, seconds),
      })
      const readings = { counts, values: () => new Map<string, number[]>() }
      if (evaluateRule(rule, thresholdOf(rule.condition), readings).some(({ isHolding }) => isHolding)) return seconds
    }
    return Infinity
  }
  const ids = ['availability-flash', 'availability-fast', 'availability-slow', 'availability-creeping']
  assert.deepEqual(ids.map(secondsToFire), [10, 52, 130, 260])
})

const MOMENT = { isHolding: true, value: 9, nowMs: 1000, forMs: 10_000, holdMs: 5000 }

function walk(holding: readonly boolean[], stepMs: number, change: Partial<typeof MOMENT> = {}): string[] {
  let active: ActiveAlert | null = null
  return holding.map((isHolding, at) => {
    const step = advanceAlert(active, { ...MOMENT, ...change, isHolding, nowMs: at * stepMs })
    active = step.next
    return step.change === 'none' ? (active?.state ?? 'inactive') : step.change
  })
}

test('an alert is pending for its time, fires once, and is resolved only when it is over for a while', () => {
  const yes = true
  const no = false
  assert.deepEqual(walk([no, yes, yes, yes, yes], 5000), ['inactive', 'pending', 'pending', 'fired', 'firing'])
  assert.deepEqual(walk([yes, no, yes], 5000), ['pending', 'dropped', 'pending'])
  assert.deepEqual(walk([yes, no, yes, no, no, no], 5000, { forMs: 0 }), [
    'fired',
    'firing',
    'firing',
    'firing',
    'resolved',
    'inactive',
  ])
  assert.deepEqual(walk([yes, no], 5000, { forMs: 0, holdMs: 0 }), ['fired', 'resolved'])
})

test('a burn over days that swings about its threshold for hours fires once', () => {
  const swinging = Array.from({ length: 60 }, (_, at) => at % 4 > 1)
  const times = { forMs: 0, holdMs: ruleOf('first-token-creeping').holdSeconds * 1000 }
  const changes = walk(swinging, 2 * 60_000, times).filter((change) => ['fired', 'resolved'].includes(change))
  assert.deepEqual(changes, ['fired'])
})

function tellable(id: string, change: Partial<Tellable> = {}): Tellable {
  return { rule: ruleOf(id), subject: '', value: 2, threshold: 1, isTold: false, ...change }
}

const QUIET: Situation = { firing: [], resolved: [], pending: [], isSilenced: () => false }

test('what happens together in one group is one message; what was told is not told again', () => {
  const firing = [
    tellable('disk-low'),
    tellable('redis-down'),
    tellable('turns-waiting'),
    tellable('mail-down', { isTold: true }),
  ]
  const messages = planMessages({ ...QUIET, firing })
  assert.deepEqual(
    messages.map(({ group, fired }) => [group, fired.map(({ rule }) => rule.id)]),
    [
      ['data', ['disk-low', 'redis-down']],
      ['answers', ['turns-waiting']],
    ],
  )
})

test('while the cause holds, even before it fires, its effects are not told; one that outlives it is', () => {
  const effect = tellable('jobs-down')
  const told = (situation: Partial<Situation>) =>
    planMessages({ ...QUIET, ...situation }).flatMap(({ fired }) => fired.map(({ rule }) => rule.id))
  assert.deepEqual(told({ firing: [effect, tellable('database-down')] }), ['database-down'])
  assert.deepEqual(planMessages({ ...QUIET, firing: [effect], pending: [ruleOf('database-down')] }), [])
  assert.deepEqual(told({ firing: [effect] }), ['jobs-down'])
  assert.deepEqual(quietReason(effect, { ...QUIET, firing: [effect, tellable('database-down')] }), {
    kind: 'caused',
    by: 'database-down',
  })
})

test('a silence keeps the start from being told, and an end of which nobody heard the start is not told', () => {
  const isSilenced = (id: string, subject: string) => id === 'mcp-server-down' && subject === 'crm'
  const firing = [tellable('mcp-server-down', { subject: 'crm' }), tellable('mcp-server-down', { subject: 'wiki' })]
  const [message] = planMessages({ ...QUIET, firing, resolved: [tellable('disk-low')], isSilenced })
  assert.deepEqual(
    message?.fired.map(({ subject }) => subject),
    ['wiki'],
  )
  const ended = planMessages({ ...QUIET, resolved: [tellable('disk-low', { isTold: true }), tellable('mail-down')] })
  assert.deepEqual(
    ended.map(({ resolved }) => resolved.map(({ rule }) => rule.id)),
    [['disk-low']],
  )
})

test('the message about a faster burn stands for a slower one of the same objective, and for nothing else', () => {
  const told = [tellable('errors-flash')]
  assert.equal(standInFor(tellable('errors-slow'), told), 'errors-flash')
  assert.equal(standInFor(tellable('latency-slow'), told), null)
  assert.equal(standInFor(tellable('errors-flash'), [tellable('errors-slow')]), null)
  // What is told of a part of the server says nothing of the answers.
  assert.equal(standInFor(tellable('errors-slow'), [tellable('database-down')]), null)
  const end = { ...QUIET, resolved: [tellable('errors-slow', { isTold: true, toldBy: 'errors-flash' })] }
  assert.deepEqual(planMessages(end), [])
})

test('a message says what, how much and what to do', () => {
  const { subject, text } = renderMessage(
    {
      group: 'connections',
      fired: [tellable('mcp-server-down', { subject: 'crm' })],
      resolved: [tellable('mail-down', { isTold: true })],
    },
    'https://sophia.example.com',
  )
  assert.equal(subject, 'Sophia: [ticket] The connection crm does not serve. and 1 more')
  assert.match(text, /^Ticket: The connection crm does not serve\. \(mcp-server-down\)\n {2}- Open Connections/)
  assert.match(text, /Resolved: The mail server does not answer\. \(mail-down\)\nSophia at https/)
})

test('samples are narrowed by their labels, told apart by one, and combined as the rule says', () => {
  const samples = [
    { labels: { server: 'crm', state: 'unhealthy' }, value: 1 },
    { labels: { server: 'crm', state: 'healthy' }, value: 7 },
    { labels: { server: 'wiki', state: 'quarantined' }, value: 2 },
  ]
  const { condition } = ruleOf('mcp-server-down')
  assert.ok(condition.kind !== 'burn')
  assert.deepEqual(
    [...readSamples(condition, samples)],
    [
      ['crm', 1],
      ['wiki', 2],
    ],
  )
})

test('a rule in the words of Prometheus', () => {
  assert.equal(
    toPromql(ruleOf('mcp-server-down')),
    'max by (server) (sophia_mcp_server_state{state=~"unhealthy|quarantined"}) > scalar(max(sophia_alert_threshold{alert="mcp-server-down"}) or vector(0))',
  )
  assert.match(
    toPromql(ruleOf('turns-failing')),
    /^sum \(increase\(sophia_turns_total\{status="failed"\}\[10m\]\)\) > /,
  )
  assert.match(toPromql(ruleOf('errors-flash')), /\[5m\].*\/ 0\.001 > [^]*\[30s\][^]*>= 20/)
})

test('of the end of what the second process told nothing more is said here', () => {
  const endOf = (id: string, isTold: boolean): Judged<KnownAlert> => {
    const known: KnownAlert = {
      ruleId: id,
      subject: 'here',
      isTold,
      toldBy: null,
      state: 'firing',
      sinceMs: 0,
      firedAtMs: 0,
      clearSinceMs: 1,
      value: 2,
    }
    return { next: null, change: 'resolved', known, tellable: tellable(id, { isTold: true }) }
  }
  const said = (one: Judged<KnownAlert>): number => tellRound([one], () => false).messages.length
  assert.equal(said(endOf('server-unreachable', false)), 0)
  assert.equal(said(endOf('server-unreachable', true)), 1)
  assert.equal(said(endOf('database-down', true)), 1)
})
