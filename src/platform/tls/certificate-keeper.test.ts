import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pino from 'pino'
import { makeCertificate } from '../../../test/support/certificates.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { SophiaError } from '#domain/errors.ts'
import { listSecrets, readConfig } from '../config/config.ts'
import { keepCertificate } from './certificate-keeper.ts'

const EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
const DAY_MS = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'sophia-keeper-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A pair of files in a folder of its own. */
function pair(name: string, days = 90) {
  const place = join(folder, name)
  mkdirSync(place)
  return makeCertificate(place, `DNS:${name}.example.com`, { days, key: EC })
}

const one = pair('one')
const two = pair('two')

function open(certificateFile: string, keyFile: string) {
  const { tls } = readConfig({ SOPHIA_TLS_CERT: certificateFile, SOPHIA_TLS_KEY_FILE: keyFile }).http
  assert.ok(tls)
  const clock = createManualClock(new Date().toISOString())
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const keeper = keepCertificate({ source: tls, clock, log })
  const told: string[] = []
  keeper.onRenewed(({ cert }) => void told.push(nameIn(cert)))
  const loud = (): number => lines.filter((line) => line.includes('"level":50')).length
  return { keeper, clock, told, lines, loud, inForce: () => nameIn(keeper.options().cert) }
}

function nameIn(chain: unknown): string {
  return new X509Certificate(String(chain)).subjectAltName ?? ''
}

/** Files that are renewed: copies of a pair. */
function files(name: string, from: typeof one) {
  const place = join(folder, name)
  mkdirSync(place)
  const [certificateFile, keyFile] = [join(place, 'chain.pem'), join(place, 'key.pem')]
  const put = (pairOf: Partial<typeof one>): void => {
    if (pairOf.certificateFile) copyFileSync(pairOf.certificateFile, certificateFile)
    if (pairOf.keyFile) copyFileSync(pairOf.keyFile, keyFile)
  }
  put(from)
  return { certificateFile, keyFile, put }
}

test('a new certificate is in force at the next look, also where a link was swapped', async () => {
  const { certificateFile, keyFile, put } = files('renewed', one)
  const { keeper, told, inForce } = open(certificateFile, keyFile)
  await keeper.look()
  assert.deepEqual(told, [])
  put(two)
  await keeper.look()
  assert.deepEqual([told, inForce()], [['DNS:two.example.com'], 'DNS:two.example.com'])
  const link = join(folder, 'live')
  symlinkSync(join(folder, 'one'), link)
  const linked = open(join(link, 'server.crt'), join(link, 'server.key'))
  symlinkSync(join(folder, 'two'), `${link}-next`)
  renameSync(`${link}-next`, link)
  await linked.keeper.look()
  assert.equal(linked.inForce(), 'DNS:two.example.com')
})

test('files written one after the other are no fault; a pair that stays wrong is told once, loudly, and the old one stays', async () => {
  const { certificateFile, keyFile, put } = files('half', one)
  const { keeper, told, loud, lines, inForce } = open(certificateFile, keyFile)
  put({ certificateFile: two.certificateFile })
  await keeper.look()
  assert.deepEqual([keeper.judge().state, loud()], ['ok', 0])
  for (let look = 0; look < 3; look += 1) await keeper.look()
  assert.deepEqual([told, inForce(), loud()], [[], 'DNS:one.example.com', 1])
  const { state, detail } = keeper.judge()
  assert.equal(state, 'degraded')
  assert.match(detail, /cannot be used, and the old one stays: The key does not belong to the certificate.*days left/)
  put({ keyFile: two.keyFile })
  await keeper.look()
  assert.deepEqual([keeper.judge().state, inForce()], ['ok', 'DNS:two.example.com'])
  assert.doesNotMatch(lines.join(), /PRIVATE KEY/)
})

test('a file that is cut off, empty or gone keeps the old one, and says what is wrong', async () => {
  const { certificateFile, keyFile, put } = files('broken', one)
  const { keeper, inForce } = open(certificateFile, keyFile)
  const whole = readFileSync(one.certificateFile, 'utf8')
  const broken: [string, () => void, RegExp][] = [
    ['cut off', () => writeFileSync(certificateFile, whole.slice(0, 300)), /no certificate in PEM form/],
    ['garbled', () => writeFileSync(certificateFile, whole.replace('MII', 'AAA')), /cannot be read/],
    ['empty', () => writeFileSync(keyFile, ''), /The key cannot be read/],
    ['gone', () => rmSync(keyFile), /ENOENT/],
  ]
  for (const [name, spoil, said] of broken) {
    spoil()
    await keeper.look()
    await keeper.look()
    assert.match(keeper.judge().detail, said, name)
    assert.equal(inForce(), 'DNS:one.example.com', name)
    put(one)
    await keeper.look()
    assert.equal(keeper.judge().state, 'ok', name)
  }
})

test('days pass: due, then ended', () => {
  const { keeper, clock } = open(one.certificateFile, one.keyFile)
  assert.deepEqual([keeper.judge().state, keeper.judge().renewalUsed], ['ok', 0])
  clock.advance(70 * DAY_MS)
  assert.equal(keeper.judge().state, 'degraded')
  assert.match(keeper.judge().detail, /^(19|20) days left, until .*one\.example\.com, by itself/)
  clock.advance(21 * DAY_MS)
  assert.equal(keeper.judge().state, 'down')
  assert.ok(keeper.judge().renewalUsed > 1)
})

test('what a server cannot speak with stops the start, in plain words', () => {
  const encrypted = join(folder, 'encrypted.pem')
  writeFileSync(encrypted, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n')
  const small = join(folder, 'small')
  mkdirSync(small)
  const weak = makeCertificate(small, 'DNS:small', { key: ['rsa:1024'] })
  const refused: [string, string, RegExp][] = [
    [one.certificateFile, two.keyFile, /SOPHIA_TLS_CERT: The key does not belong/],
    [one.keyFile, one.keyFile, /no certificate in PEM form/],
    [one.certificateFile, encrypted, /protected by a passphrase.*openssl pkey/],
    [weak.certificateFile, weak.keyFile, /OpenSSL refuses the certificate: .*key too small/],
  ]
  for (const [certificateFile, keyFile, said] of refused)
    assert.throws(
      () => open(certificateFile, keyFile),
      (error) => error instanceof SophiaError && error.code === 'CONFIG_NOT_VALID' && said.test(error.message),
    )
})

test('certificate and key come together, from files or as they are, and want a public address with https', () => {
  const faultsOf = (environment: Record<string, string>): string => {
    try {
      readConfig(environment)
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  assert.match(faultsOf({ SOPHIA_TLS_CERT_FILE: one.certificateFile }), /SOPHIA_TLS_CERT: A certificate needs its key/)
  const both = { SOPHIA_TLS_CERT: readFileSync(one.certificateFile, 'utf8'), SOPHIA_TLS_KEY: one.keyFile }
  assert.equal(faultsOf(both), '')
  assert.match(faultsOf({ ...both, SOPHIA_PUBLIC_URL: 'http://sophia.example.com' }), /Begins with https:/)
  const noFile = { ...both, SOPHIA_TLS_KEY: '', SOPHIA_TLS_KEY_FILE: '/nowhere/key.pem' }
  assert.match(faultsOf(noFile), /SOPHIA_TLS_KEY_FILE: The file \/nowhere\/key\.pem cannot be read/)
  assert.match(faultsOf({ ...both, SOPHIA_TLS_KEY_FILE: one.keyFile }), /not both/)
  assert.deepEqual(readConfig(both).http.tls?.chain.file, null)
  assert.doesNotMatch(JSON.stringify(readConfig(both)), /BEGIN/)
})

test('a key that was pasted without its first line is quoted nowhere', () => {
  const body = readFileSync(one.keyFile, 'utf8').replaceAll(/-----[^-]+-----|\n/g, '')
  const pasted = { SOPHIA_TLS_CERT: one.certificateFile, SOPHIA_TLS_KEY: body }
  assert.throws(
    () => readConfig(pasted),
    (error) =>
      error instanceof SophiaError &&
      /SOPHIA_TLS_KEY: Expected PEM form/.test(error.message) &&
      !JSON.stringify([error, error.message]).includes(body.slice(0, 20)),
  )
  assert.ok(listSecrets(pasted).includes(body))
  // Where a certificate lies is no secret.
  assert.ok(!listSecrets(pasted).includes(one.certificateFile))
})
