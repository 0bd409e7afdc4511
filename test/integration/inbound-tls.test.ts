import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect, type ConnectionOptions } from 'node:tls'
import WebSocket from 'ws'
import { z } from 'zod'
import { openRunning } from '../../src/cli/running-house.ts'
import { probeServer } from '../../src/worker/watchdog/probe-server.ts'
import { ageCertificate, makeCertificate } from '../support/certificates.ts'
import { createOwnerKey, openTestHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
const folder = mkdtempSync(join(tmpdir(), 'sophia-tls-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const NAMES = 'DNS:sophia.example.com,IP:127.0.0.1'

function pair(name: string, days: number) {
  mkdirSync(join(folder, name))
  return makeCertificate(join(folder, name), NAMES, { days, key: EC })
}

const first = pair('first', 90)
const second = pair('second', 10)
const [certificateFile, keyFile] = [join(folder, 'chain.pem'), join(folder, 'key.pem')]
function put(from: typeof first): void {
  copyFileSync(from.certificateFile, certificateFile)
  copyFileSync(from.keyFile, keyFile)
}
put(first)

const house = await openTestHouse({ SOPHIA_TLS_CERT_FILE: certificateFile, SOPHIA_TLS_KEY: keyFile })
const port = Number(new URL(house.url).port)

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Tells one connection from another. */
  readonly port: number | undefined
}

function ask(path: string, options: RequestOptions = {}, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${house.url}${path}`, { ca: [first.ca, second.ca], agent: false, ...options }, (answer) => {
      const port = answer.socket.localPort
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, port }))
    })
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** The serial number of the certificate that a new connection is shown, with what was agreed on. */
function shake(options: ConnectionOptions = {}): Promise<{ serial: string; protocol: string | null; cipher: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve({
        serial: socket.getPeerCertificate().serialNumber,
        protocol: socket.getProtocol(),
        cipher: socket.getCipher().name,
      })
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

const HealthOf = z.object({
  status: z.string(),
  components: z.object({ tls: z.object({ status: z.string(), detail: z.string() }) }),
})

/** What health says of the certificate, once it says so: it looks each second. */
async function toldSoon(words: RegExp, ca?: string): Promise<Awaited<ReturnType<typeof health>>> {
  await until(async () => words.test((await health(ca)).detail), `health says ${words.source}`)
  return health(ca)
}

async function health(ca: string | string[] = [first.ca, second.ca]) {
  return HealthOf.parse(JSON.parse((await ask('/health', { ca })).text)).components.tls
}

test('she speaks HTTPS only, tells browsers to insist on it, and says how many days are left', async () => {
  assert.match(house.url, /^https:/)
  const { status, headers } = await ask('/livez')
  assert.equal(status, 200)
  assert.match(headers['strict-transport-security'] ?? '', /max-age=31536000/)
  const { status: state, detail } = await health()
  assert.equal(state, 'ok')
  assert.match(detail, /^89 days left, until .*For sophia\.example\.com, 127\.0\.0\.1, by itself\./)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`))
})

test('TLS 1.2 and 1.3 with forward secrecy are spoken; older protocols and weaker ciphers are refused', async () => {
  assert.equal((await shake()).protocol, 'TLSv1.3')
  assert.equal((await shake({ maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2')
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await assert.rejects(shake(old))
  const weak = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0' } as const
  await assert.rejects(shake(weak))
})

test('the session is kept in a cookie that only TLS of this very host carries', async () => {
  const { link } = await house.rooms.access.createStartLink()
  const token = new URL(link).hash.replace('#token=', '')
  const { status, headers } = await ask(
    '/api/session',
    { method: 'POST', headers: { 'content-type': 'application/json' } },
    { token },
  )
  assert.equal(status, 200)
  assert.match(String(headers['set-cookie']), /^__Host-sophia=[^;]+;.*Path=\/; HttpOnly; SameSite=Lax; Secure/)
})

test('the second process and a command beside her reach her by an address that her certificate may not name', async () => {
  assert.deepEqual(await probeServer(house.url), { isGood: true, detail: 'It answers.' })
  const { access } = house.rooms
  const principal = await access.localPrincipal()
  const wanted = { name: 'test', actions: ['watch:read'] } as const
  const Shape = z.looseObject({})
  const beside = async (certificate: string): Promise<void> => {
    const { ask: askNear, close } = await openRunning({ address: house.url, access, principal, certificate }, wanted)
    await askNear(Shape, 'GET /api/alerts').finally(close)
  }
  await beside(readFileSync(first.certificateFile, 'utf8'))
  // Whoever else holds the address gets no key of hers.
  await assert.rejects(beside(second.ca), /does not answer/)
})

test('a renewed certificate is for connections to come: open ones, sockets among them, go on; a faulty one changes nothing', async () => {
  const serials = { first: (await shake()).serial, second: '' }
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: first.ca })
  const open = { agent }
  const { port: before } = await ask('/livez', open)
  const key = await createOwnerKey(house)
  const socket = new WebSocket(`${house.url.replace('https', 'wss')}/api/ws`, {
    ca: first.ca,
    headers: { authorization: `Bearer ${key}` },
  })
  let isCut = false
  socket.on('close', () => (isCut = true))
  const pong = (): Promise<void> =>
    new Promise((resolve) => {
      socket.on('message', (frame) => {
        if (Buffer.isBuffer(frame) && frame.toString().includes('pong')) resolve()
      })
      socket.send(JSON.stringify({ type: 'ping' }))
    })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  await pong()
  put(second)
  await house.rooms.certificate?.look()
  serials.second = (await shake()).serial
  assert.notEqual(serials.second, serials.first)
  assert.equal((await ask('/livez', open)).port, before)
  await pong()
  assert.equal(isCut, false)
  await assert.rejects(shake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }))
  writeFileSync(certificateFile, readFileSync(first.certificateFile))
  for (let look = 0; look < 2; look += 1) await house.rooms.certificate?.look()
  assert.equal((await shake()).serial, serials.second)
  socket.close()
  agent.destroy()
})

test('what is due or faulty is told by health, and what is due by the metric that people are alerted by', async () => {
  const { certificate, metrics } = house.rooms
  const { registry } = metrics
  const lookTwice = async (): Promise<void> => {
    for (let look = 0; look < 2; look += 1) await certificate?.look()
  }
  put(second)
  await lookTwice()
  const gauge = async (name: string): Promise<number> =>
    z.object({ values: z.array(z.object({ value: z.number() })) }).parse(await registry.getSingleMetric(name)?.get())
      .values[0]?.value ?? NaN
  const endsIn = (await gauge('sophia_tls_certificate_expiry_timestamp_seconds')) - Date.now() / 1000
  assert.ok(endsIn > 9 * 86_400 && endsIn <= 10 * 86_400, `${endsIn} s`)
  // Of 10 days the last third is for renewing; nothing of it has passed.
  assert.equal(await gauge('sophia_tls_certificate_renewal_used_ratio'), 0)
  assert.equal((await toldSoon(/^9 days left/)).status, 'ok')

  // A file that cannot be used is told, with the time that the one in force has left.
  writeFileSync(certificateFile, 'no certificate')
  await lookTwice()
  const faulty = await toldSoon(/^A new certificate cannot be used, and the old one stays: .*9 days left/)
  assert.equal(faulty.status, 'degraded')

  // Of 90 days with 7 left, two of the three weeks for renewing have passed.
  const aged = pair('aged', 90)
  const ca = ageCertificate(aged, { name: NAMES, lived: 83, left: 7 })
  writeFileSync(aged.certificateFile, ca)
  put(aged)
  await lookTwice()
  const due = await toldSoon(/^6 days left, until .*Renew the certificate\./, ca)
  assert.equal(due.status, 'degraded')
  const used = await gauge('sophia_tls_certificate_renewal_used_ratio')
  assert.ok(used > 0.6 && used < 0.7, String(used))
})
