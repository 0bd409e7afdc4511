import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultOfFigures, fillFigures } from './context-figures.ts'

const counts = (behind: number | null, asked: string[] = []) => ({
  'clients.behind': async () => (asked.push('clients.behind'), behind),
  'drafts.waiting': async () => (asked.push('drafts.waiting'), 2),
})

test('a line holds the figure that was counted, no where there is none, and says so when it is not known', async () => {
  const line = 'Rent is due tomorrow; {clients.behind} clients are behind.'
  assert.deepEqual(await fillFigures([line], counts(3)), ['Rent is due tomorrow; 3 clients are behind.'])
  assert.deepEqual(await fillFigures([line], counts(0)), ['Rent is due tomorrow; no clients are behind.'])
  assert.deepEqual(await fillFigures(['{ clients.behind } clients are behind.'], counts(null)), [
    'An unknown number of clients are behind.',
  ])
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
  assert.match(faultOfFigures('{weather}') ?? '', /there are `clients.behind` or `drafts.waiting`/)
  assert.equal(faultOfFigures('No figure at all.'), null)
})
