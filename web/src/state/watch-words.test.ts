import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MET_SLO } from '../../../test/support/slo-sample.ts'
import {
  budgetWords,
  keptWords,
  burnWords,
  channelWords,
  isBurning,
  orderParts,
  partLook,
  partWords,
  aimWords,
  promiseWords,
  replicasWords,
  toldWords,
} from './watch-words.ts'

const plain = (text: string): string => text.replaceAll('\u00a0', ' ')
const AT = '2026-03-10T09:00:00.000Z'
const NOW_MS = Date.parse(AT)

test('a part that was not looked at lately is not said to work', () => {
  assert.deepEqual(partLook({ status: 'ok', checkedAt: AT }, NOW_MS + 2000), { signal: 'good', words: 'Works' })
  assert.deepEqual(partLook({ status: 'ok', checkedAt: AT }, NOW_MS + 60_000), {
    signal: 'unknown',
    words: 'Works when last looked at',
  })
  assert.equal(partLook({ status: 'ok', checkedAt: null }, null).signal, 'unknown')
  assert.equal(partLook({ status: 'not_configured', checkedAt: AT }, NOW_MS + 60_000).words, 'Not set up')
})

test('parts that need somebody come first, then by the name that people read', () => {
  const part = (status: 'ok' | 'down' | 'degraded' | 'not_configured') => ({ status, since: AT, checkedAt: AT })
  const parts = { turns: part('ok'), redis: part('not_configured'), mcp: part('down'), disk: part('degraded') }
  assert.deepEqual(
    orderParts({ ...parts, calendar: part('ok') }).map(([name]) => partWords(name)),
    ['Connections', 'Disk', 'Answers', 'Business calendar', 'Redis'],
  )
  assert.equal(partWords('coffee_machine'), 'Coffee machine')
})

test('whether somebody was told is never said of what nobody was told of', () => {
  const alert = { state: 'firing', isTold: false, isSilenced: false, causedBy: null } as const
  assert.equal(toldWords({ ...alert, isTold: true }, 1), 'Owners were told')
  assert.equal(toldWords(alert, 0), 'Nobody is told: no way is set up')
  assert.equal(toldWords({ ...alert, isTold: true }, 0), 'Nobody is told: no way is set up')
  assert.equal(toldWords(alert, 1), 'On its way to the owners')
  assert.equal(toldWords({ ...alert, state: 'pending' }, 1), 'Not told yet: it has to last')
  assert.equal(toldWords({ ...alert, isTold: true, isSilenced: true }, 1), 'Silenced')
  assert.match(toldWords({ ...alert, causedBy: 'database-down' }, 1), /^Follows from database down/)
})

test('a budget is cut and never rounded up, overdrawn is said, and too few to tell too', () => {
  assert.equal(plain(budgetWords(MET_SLO)), 'The whole budget left')
  assert.equal(plain(budgetWords({ ...MET_SLO, budgetRemaining: 0.9999 })), '99.99 % of the budget left')
  assert.equal(plain(budgetWords({ ...MET_SLO, budgetRemaining: -1.5 })), 'Overdrawn by 150 % of the budget')
  const bare = { ...MET_SLO, status: 'not-configured' as const, share: null, budgetRemaining: null, good: 0 }
  assert.deepEqual([budgetWords(bare), keptWords(bare)], ['Nothing is set up that could use it', 'nothing to count'])
  assert.deepEqual([keptWords({ ...bare, status: 'unknown' }), plain(keptWords(MET_SLO))], ['unknown', '100 %'])
  assert.equal(budgetWords({ ...MET_SLO, budgetRemaining: null, good: 0 }), 'Nothing was seen in 30 days')
  assert.equal(budgetWords({ ...MET_SLO, budgetRemaining: null, good: 11, bad: 1 }), 'Only 12 seen in 30 days')
  assert.deepEqual([null, { share: 0.95, ms: 40 }].map(aimWords).map(plain), ['', '; aimed at: 95 % within 40 ms'])
  assert.deepEqual([0.999, 0.95, 0.9995].map(promiseWords).map(plain), ['99.9 %', '95 %', '99.95 %'])
})

test('how fast a budget is used is said by span, and what was too little says so', () => {
  const burn = [
    { seconds: 300, rate: null },
    { seconds: 3600, rate: 0 },
    { seconds: 21_600, rate: 0.04 },
    { seconds: 259_200, rate: 14.4 },
  ]
  assert.equal(plain(burnWords(burn)), '5 min too few, 1 h none, 6 h below 0.1, 3 days 14')
  assert.equal(isBurning(burn), true)
  assert.equal(isBurning([{ seconds: 300, rate: 1 }]), false)
})

test('ways to tell owners, silent processes and versions side by side are named', () => {
  assert.match(channelWords([]), /Nobody is told.*SOPHIA_NOTIFY_WEBHOOK/)
  assert.equal(channelWords(['webhook', 'email']), 'Owners are told by the webhook and e-mail.')
  const one = { replica: 'one', address: 'x', version: '1', startedAt: AT, seenAt: AT, state: 'alive' } as const
  assert.equal(replicasWords([one]), null)
  assert.match(replicasWords([one, { ...one, version: '2' }]) ?? '', /2 versions/)
  assert.match(replicasWords([one, { ...one, state: 'silent' }]) ?? '', /^1 of 2 not heard of/)
})
