import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeCertificate, type CertificateFacts } from './judge-certificate.ts'

const FOR_90_DAYS: CertificateFacts = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2026-04-01T00:00:00Z'),
  names: ['sophia.example.com', '127.0.0.1'],
  issuer: 'Example CA',
}
const FOR_6_DAYS = { ...FOR_90_DAYS, notAfter: new Date('2026-01-07T00:00:00Z') }
const judge = (facts: CertificateFacts, at: string) => judgeCertificate(facts, new Date(at))

test('a certificate is well until 21 days before its end, or until the last third of a short life', () => {
  assert.deepEqual(judge(FOR_90_DAYS, '2026-03-10T12:00:00Z'), {
    state: 'ok',
    detail: '21 days left, until 2026-04-01. For sophia.example.com, 127.0.0.1, by Example CA.',
    renewalUsed: 0,
  })
  assert.equal(judge(FOR_90_DAYS, '2026-03-11T12:00:00Z').state, 'degraded')
  assert.equal(judge(FOR_6_DAYS, '2026-01-04T23:00:00Z').state, 'ok')
  assert.equal(judge(FOR_6_DAYS, '2026-01-05T01:00:00Z').state, 'degraded')
})

test('what is due is told with the days or hours that are left, never with more than there are', () => {
  const detailAt = (at: string): string => judge(FOR_90_DAYS, at).detail
  assert.match(detailAt('2026-03-29T00:00:01Z'), /^2 days left, until 2026-04-01\. Renew the certificate\./)
  assert.match(detailAt('2026-03-30T23:00:00Z'), /^1 day left/)
  assert.match(detailAt('2026-03-31T12:00:00Z'), /^12 hours left/)
  assert.match(detailAt('2026-03-31T23:59:00Z'), /^0 hours left/)
})

test('the time for renewing is used up at the end, and overdrawn after it', () => {
  const usedAt = (at: string): number => Math.round(judge(FOR_90_DAYS, at).renewalUsed * 100) / 100
  assert.deepEqual(
    ['2026-03-21T12:00:00Z', '2026-03-29T00:00:00Z', '2026-04-01T00:00:00Z', '2026-04-22T00:00:00Z'].map(usedAt),
    [0.5, 0.86, 1, 2],
  )
})

test('a certificate that ended, or that does not hold yet, is refused by browsers and said to be', () => {
  const ended = judge(FOR_90_DAYS, '2026-04-01T00:00:00Z')
  assert.deepEqual([ended.state, /ended on 2026-04-01.*renew it/.test(ended.detail)], ['down', true])
  const early = judge(FOR_90_DAYS, '2025-12-31T23:59:59Z')
  assert.deepEqual([early.state, /holds from 2026-01-01.*clock/.test(early.detail)], ['down', true])
})
