import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultOfFigures, fillFigures, hasFigure } from './context-figures.ts'

const counts = (behind: number | null, asked: string[] = []) => ({
  'clients.behind': async () => (asked.push('clients.behind'), behind),
  'clients.overdue': async () => (asked.push('clients.overdue'), 1),
  'deals.closing-this-month': async () => (asked.push('deals.closing-this-month'), 7),
  'drafts.waiting': async () => (asked.push('drafts.waiting'), 2),
  'renewals.next-30-days': async () => (asked.push('renewals.next-30-days'), 0),
})

test('a line holds the figure that was counted, no where there is none, and says so when it is not known', async () => {
  const line = 'Rent is due tomorrow; {clients.behind} clients are behind.'
  assert.deepEqual(await fillFigures([line], counts(3)), ['Rent is due tomorrow; 3 clients are behind.'])
  assert.deepEqual(await fillFigures([line], counts(0)), ['Rent is due tomorrow; no clients are behind.'])
  assert.deepEqual(await fillFigures(['{ clients.behind } clients are behind.'], counts(null)), [
    'An unknown number of clients are behind.',
  ])
})

test('every figure has its place, and a line may hold several', async () => {
  const line =
    '{clients.overdue} overdue, {deals.closing-this-month} to close, {renewals.next-30-days} renew, {drafts.waiting} drafts.'
  assert.deepEqual(await fillFigures([line], counts(0)), ['1 overdue, 7 to close, no renew, 2 drafts.'])
  assert.deepEqual([line, 'Nothing {here}.', 'Nothing.'].map(hasFigure), [true, false, false])
})

test('each figure is counted once, and none that no line names', async () => {
  const asked: string[] = []
  const lines = ['{clients.behind} and {clients.behind}.', 'Nothing to count.', 'Again {clients.behind}.']
  assert.deepEqual(await fillFigures(lines, counts(4, asked)), ['4 and 4.', 'Nothing to count.', 'Again 4.'])
  assert.deepEqual(asked, ['clients.behind'])
})

test('a figure that there is not is a fault with what was meant', () => {
  assert.equal(faultOfFigures('{clients.behind} of them'), null)
  assert.match(
    faultOfFigures('{clients.behnd} of them') ?? '',
    /no figure `\{clients.behnd\}`; did you mean `\{clients.behind\}`\?/,
  )
  assert.match(
    faultOfFigures('{weather}') ?? '',
    /there are `clients.behind`, `clients.overdue`, `deals.closing-this-month`, `drafts.waiting` or `renewals.next-30-days`/,
  )
  assert.equal(faultOfFigures('No figure at all.'), null)
})
