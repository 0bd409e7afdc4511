import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Revocation, type McpStatus, type ServerStatus } from '#contract/mcp.ts'
import {
  agoWords,
  countdownWords,
  forWords,
  matchServers,
  msWords,
  orderServers,
  outcomeWords,
  rateWords,
  reasonWords,
  revocationWords,
  shareWords,
  stateLook,
  tooFewWords,
  verdictWords,
  type ServerDetail,
} from './server-words.ts'

const plain = (text: string): string => text.replaceAll('\u00a0', ' ')

interface Wanted extends Partial<Omit<ServerStatus, 'detail'>> {
  readonly detail?: { critical?: boolean; stale?: boolean; lastOkAt?: string | null; drift?: boolean }
}

/** Only what the words are made of; the shape as a whole is parsed where it comes in. */
function serverOf({ detail = {}, ...wanted }: Wanted): ServerStatus {
  const { critical = false, stale = false, lastOkAt = '2026-01-01T00:00:00Z', drift = false } = detail
  const known = { critical, target: 'https://x.example/mcp', probe: { stale, lastOkAt }, capabilities: { drift } }
  const base = {
    id: 'crm',
    name: 'CRM',
    state: 'healthy',
    auth: 'not_required',
    credentials: 'none',
    wantedScope: null,
    serving: true,
    reason: 'ok',
    says: '',
    since: null,
  }
  return { ...base, ...wanted, detail: known as unknown as ServerDetail } as ServerStatus
}

function statusOf(overall: McpStatus['overall'], servers: readonly ServerStatus[]): McpStatus {
  return { overall, servers, counts: { total: servers.length } } as unknown as McpStatus
}

test('nothing is good unless it was measured and is not out of date', () => {
  assert.equal(stateLook(serverOf({})).signal, 'good')
  assert.equal(stateLook({ state: 'healthy', detail: null }).signal, 'good')
  assert.deepEqual(stateLook(serverOf({ detail: { lastOkAt: null } })), {
    signal: 'unknown',
    words: 'Not measured yet',
  })
  assert.equal(stateLook(serverOf({ detail: { stale: true } })).signal, 'unknown')
  for (const state of ['unknown', 'connecting', 'maintenance', 'disabled'] as const)
    assert.equal(stateLook(serverOf({ state })).signal, 'unknown')
})

test('latencies and shares are said as a decision needs them', () => {
  assert.deepEqual([7.94, 142.4, 1240, 31_000].map(msWords).map(plain), ['7.9 ms', '142 ms', '1.2 s', '31 s'])
  assert.deepEqual([1, 0.99996, 0.9912, 0.5, 0, null].map(shareWords).map(plain), [
    '100 %',
    '99.99 %',
    '99.12 %',
    '50.0 %',
    '0 %',
    'not asked',
  ])
  assert.deepEqual([0, 0.0004, 0.0312, null].map(rateWords).map(plain), ['0 %', '< 0.1 %', '3.1 %', 'unknown'])
  assert.deepEqual(
    [0, 4, 5].map((n) => tooFewWords(n, 'probe')),
    ['No probes in 15 min', 'Too few probes to tell (4)', null],
  )
})

test('time to come goes down in steps and never below due', () => {
  assert.deepEqual([-1, 3000, 17_200, 59_000, 61_000, 7_300_000].map(countdownWords).map(plain), [
    'due now',
    'in a moment',
    'in 20 s',
    'in 60 s',
    'in 2 min',
    'in 3 h',
  ])
  assert.deepEqual([-400, 4000, 44_000, 61_000, 3_700_000].map(agoWords).map(plain), [
    'just now',
    'just now',
    '40 s ago',
    '1 min ago',
    '1 h ago',
  ])
})

test('how long something has been so is said roughly', () => {
  assert.deepEqual([-5, 59_000, 61_000, 7_300_000, 260_000_000].map(forWords).map(plain), [
    'since just now',
    'since just now',
    'for 1 min',
    'for 2 h',
    'for 3 days',
  ])
})

test('those that need somebody come first, the switched off last', () => {
  const servers = [
    serverOf({ name: 'Off', state: 'disabled' }),
    serverOf({ name: 'Well' }),
    serverOf({ name: 'Stale', detail: { stale: true } }),
    serverOf({ name: 'Slow', state: 'degraded' }),
    serverOf({ name: 'Locked', state: 'unknown', auth: 'needs_reauth' }),
    serverOf({ name: 'Narrow', auth: 'needs_wider_scope' }),
    serverOf({ name: 'Broken', state: 'unhealthy' }),
    serverOf({ name: 'Vital', state: 'unhealthy', detail: { critical: true } }),
    serverOf({ name: 'Drifted', detail: { drift: true } }),
  ]
  assert.deepEqual(
    orderServers(servers).map((one) => one.name),
    ['Vital', 'Broken', 'Locked', 'Narrow', 'Drifted', 'Slow', 'Stale', 'Well', 'Off'],
  )
  assert.equal(verdictWords(statusOf('degraded', servers)), '6 connections of 9 need a look.')
  assert.equal(verdictWords(statusOf('down', servers)), 'Down and critical: Vital.')
})

test('the verdict never says more than was measured', () => {
  assert.equal(verdictWords(statusOf('unknown', [])), 'There is no connection yet.')
  assert.equal(
    verdictWords(statusOf('unknown', [serverOf({ state: 'unknown' })])),
    'Nothing was measured yet, so nothing can be said.',
  )
  assert.equal(verdictWords(statusOf('ok', [serverOf({})])), 'What could be measured works.')
  assert.equal(verdictWords(statusOf('degraded', [serverOf({ state: 'degraded' })])), '1 connection of 1 needs a look.')
})

test('the search finds names, ids and addresses; the filter a state', () => {
  const servers = [serverOf({}), serverOf({ id: 'mail', name: 'Post', state: 'unhealthy', auth: 'error' })]
  const found = (search: string, state = '') => matchServers(servers, { search, state }).map((one) => one.id)
  assert.deepEqual(found('x.example post'), ['mail'])
  assert.deepEqual(found('', 'healthy'), ['crm'])
  assert.deepEqual(found('', 'attention'), ['mail'])
  assert.deepEqual(found('', 'sign-in'), ['mail'])
})

test('a class and a reason that this page does not know keep their names', () => {
  assert.deepEqual([outcomeWords('dns'), outcomeWords('moon_phase')], ['Name not found', 'Moon phase'])
  assert.deepEqual([reasonWords('timeout'), reasonWords('moon_phase')], ['took too long', 'moon phase'])
})

test('each end of a sign-in has words of its own, and says what is left to do at the other side', () => {
  const words = Revocation.options.map(revocationWords)
  assert.equal(new Set(words).size, Revocation.options.length)
  for (const outcome of ['failed', 'not-offered'] as const) assert.match(revocationWords(outcome), /take it away there/)
})
