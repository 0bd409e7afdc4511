import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ageCertificate, makeCertificate } from '../../../test/support/certificates.ts'
import { createSteppedClock } from '../../../test/support/stepped-clock.ts'
import { until } from '../../../test/support/until.ts'
import { watchPublicCertificate } from './public-certificate.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NAME = 'DNS:localhost'

/** A server of TLS as a proxy is one, whose certificate ends in so many days and can be renewed. */
async function openProxy(t: TestContext, left: number, name = NAME) {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-public-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const made = makeCertificate(folder, name, { days: 90 })
  const key = readFileSync(made.keyFile)
  const server = createServer({ key, cert: ageCertificate(made, { name, lived: 90 - left, left }) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): void => void server.close()
  t.after(close)
  // A listening TCP server has an AddressInfo.
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  const clock = createSteppedClock(new Date().toISOString())
  /** How long was waited after each look, from the beginning of the wait on. */
  const pauses: number[] = []
  const sleep: typeof clock.sleep = (ms, signal) => {
    pauses.push(ms)
    return clock.sleep(ms, signal)
  }
  const certificate = watchPublicCertificate({ url, clock: { ...clock, sleep } })
  t.after(() => certificate.close())
  const renew = (days: number): void =>
    server.setSecureContext({ key, cert: ageCertificate(made, { name, lived: 90 - days, left: days }) })
  let looks = 0
  server.on('connection', () => (looks += 1))
  return { certificate, clock, close, looks: () => looks, pauses, renew, url }
}

test('the certificate at the public address is due in its last sixth, and told in the words of the own one', async (t) => {
  const { certificate, clock, url } = await openProxy(t, 20)
  assert.equal(certificate.judge(), null, 'nothing is known before the first look')
  await certificate.look()
  const early = certificate.judge()
  assert.deepEqual([early?.state, early?.renewalUsed], ['ok', 0])
  assert.match(early?.detail ?? '', new RegExp(`^At ${url}: (19|20) days left, until .* For localhost, by itself\\.$`))
  await clock.advance(8 * DAY_MS)
  assert.equal(certificate.judge()?.state, 'degraded')
  await clock.advance(10 * DAY_MS)
  const late = certificate.judge()?.renewalUsed ?? 0
  assert.ok(late > 0.857 && late < 1, `${late}`)
  await clock.advance(3 * DAY_MS)
  assert.equal(certificate.judge()?.state, 'down')
})

test('it is looked at once a day, each hour once it is due, and a renewed one is seen', async (t) => {
  const { certificate, clock, looks, pauses, renew } = await openProxy(t, 16.5)
  const waitsAgain = (times: number): Promise<void> => until(() => pauses.length === times, `look ${times} is over`)
  certificate.start()
  await waitsAgain(1)
  await clock.advance(DAY_MS - 1)
  assert.deepEqual([pauses, looks()], [[DAY_MS], 1])
  await clock.advance(1)
  await waitsAgain(2)
  // It is due half a day later, which is waited for and no longer.
  const untilDueMs = pauses[1] ?? 0
  assert.ok(Math.abs(untilDueMs - DAY_MS / 2) < 2 * 60_000, `${untilDueMs}`)
  assert.equal(certificate.judge()?.state, 'ok')
  await clock.advance(untilDueMs)
  await waitsAgain(3)
  assert.deepEqual([certificate.judge()?.state, pauses[2]], ['degraded', HOUR_MS])
  renew(80)
  await clock.advance(HOUR_MS)
  await waitsAgain(4)
  assert.deepEqual([certificate.judge()?.state, pauses[3]], ['ok', DAY_MS])
})

test('what cannot be reached is unknown, but a word that it is due stays for a day', async (t) => {
  const fresh = await openProxy(t, 80)
  await fresh.certificate.look()
  fresh.close()
  await fresh.certificate.look()
  assert.equal(fresh.certificate.judge(), null)
  fresh.certificate.start()
  await until(() => fresh.pauses.length === 1, 'the look is over')
  assert.deepEqual(fresh.pauses, [HOUR_MS])
  const due = await openProxy(t, 5)
  await due.certificate.look()
  due.close()
  await due.clock.advance(DAY_MS)
  await due.certificate.look()
  assert.equal(due.certificate.judge()?.state, 'degraded')
  await due.clock.advance(1)
  await due.certificate.look()
  assert.equal(due.certificate.judge(), null)
})

test('a server of another name is not what people meet', async (t) => {
  const { certificate, looks } = await openProxy(t, 2, 'DNS:router.example.com')
  await certificate.look()
  assert.equal(looks(), 1)
  assert.equal(certificate.judge(), null)
})
