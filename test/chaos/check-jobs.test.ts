import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkJobs } from './check-jobs.ts'
import { NOTHING_OBSERVED, type StoredDraft } from './history.ts'

function breachesOf({ arrived = 1, ...draft }: Partial<StoredDraft> & { readonly arrived?: number }): string {
  const breaches = checkJobs({
    history: [{ type: 'let-go', draftId: 'd1' }],
    stored: {
      messages: [],
      turns: [],
      events: [],
      ledger: [],
      drafts: [{ id: 'd1', status: 'sent', failure: null, ...draft }],
    },
    observed: { ...NOTHING_OBSERVED, jobs: arrived === 0 ? [] : [{ key: 'd1', count: arrived }] },
    answerTo: () => null,
    mayFailWith: () => false,
  })
  return breaches.map(({ what }) => what).join('\n')
}

test('a mail that arrived once, was refused, or is given back as one that may have been sent, is no breach', () => {
  assert.equal(breachesOf({}), '')
  assert.equal(breachesOf({ status: 'failed', failure: 'It may have been sent.' }), '')
  assert.equal(breachesOf({ status: 'failed', failure: 'It may have been sent.', arrived: 0 }), '')
  assert.equal(breachesOf({ status: 'failed', failure: 'No such address.', arrived: 0 }), '')
})

test('a mail that arrived twice, is told otherwise than it was, or hangs, is one', () => {
  assert.match(breachesOf({ arrived: 2 }), /effect of job d1 happened 2 times/)
  assert.match(breachesOf({ arrived: 0 }), /said to be sent and never arrived/)
  assert.match(
    breachesOf({ status: 'failed', failure: 'No such address.' }),
    /arrived, and its member was told: No such/,
  )
  assert.match(breachesOf({ status: 'approved', arrived: 0 }), /neither left nor was given back/)
  assert.match(breachesOf({ status: 'draft', arrived: 0 }), /was let go, and that is lost/)
  assert.match(breachesOf({ status: 'draft' }), /arrived and is draft/)
  assert.match(breachesOf({ id: 'd2' }), /d1 arrived and nobody wrote it/)
})
