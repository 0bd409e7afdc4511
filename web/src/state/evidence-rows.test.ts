import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evidenceRefs, groupEvidence, summaryOf } from './evidence-rows.ts'

const row = (kind: string, id: string) => ({ kind, id, label: `${kind} ${id}` })

test('rows stand by kind, kinds in the order they come, each row once', () => {
  const rows = [row('invoice', '1'), row('deal', '1'), row('invoice', '2'), row('invoice', '1'), row('star', '1')]
  assert.deepEqual(
    groupEvidence(rows).map((group) => [group.title, group.rows.map((one) => one.id)]),
    [
      ['2 invoices', ['1', '2']],
      ['1 deal', ['1']],
      ['1 row', ['1']],
    ],
  )
})

test('forty rows go into one request, ids encoded, unknown kinds and repeats not asked for', () => {
  assert.deepEqual(evidenceRefs([row('deal', 'a,b%'), row('star', '1'), row('deal', 'a,b%')]), ['deal:a%2Cb%25'])
  const many = Array.from({ length: 81 }, (_, index) => row('deal', String(index)))
  assert.deepEqual(
    evidenceRefs(many).map((refs) => refs.split(',').length),
    [40, 40, 1],
  )
  assert.deepEqual(evidenceRefs([]), [])
})

test('a closed row says whose it is and what it comes to', () => {
  const sum = (facts: readonly (readonly [string, string])[]) =>
    summaryOf({
      kind: 'activity',
      id: '1',
      label: 'Row',
      onDay: null,
      facts: facts.map(([label, value]) => ({ label, value })),
      about: { kind: 'client', id: 'c', label: 'Alder' },
    })
  assert.equal(sum([['Amount', '$10']]), 'Alder · Amount $10')
  assert.equal(
    sum([
      ['Day', '1 Jun 2026'],
      ['Active users', '2 of 4'],
    ]),
    'Alder · Active users 2 of 4',
  )
  assert.equal(
    sum([
      ['What', 'Call'],
      ['Day', '1 Jun 2026'],
      ['By', 'Ann'],
    ]),
    'Alder · Call · 1 Jun 2026',
  )
  assert.equal(
    sum([
      ['Day', '1 Jun 2026'],
      ['Begins', 'x'.repeat(61)],
    ]),
    'Alder · 1 Jun 2026',
  )
  assert.equal(sum([]), 'Alder')
})
