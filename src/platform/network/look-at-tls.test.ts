import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createPlain, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createServer, type TlsOptions } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import { makeCertificate } from '../../../test/support/certificates.ts'
import { lookAtTls } from './look-at-tls.ts'
import { TlsNotOffered } from './start-tls.ts'

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../test/support/mcp/certificates', `${name}.pem`), 'utf8')
const key = read('server-key')
const authority = read('authority')
const ANY = 'DEFAULT:@SECLEVEL=0'

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.close())
  // A listening TCP server has an AddressInfo.
  return (server.address() as AddressInfo).port
}

/** A real TLS server with this certificate of the tests. */
async function look(
  t: TestContext,
  certificate: string,
  { ca = authority, ...options }: Omit<TlsOptions, 'ca'> & { ca?: string | null } = {},
) {
  const server = createServer({ key, cert: read(certificate), ...options }, (socket) =>
    socket.on('error', () => undefined),
  )
  server.on('tlsClientError', () => undefined)
  return lookAtTls({ host: '127.0.0.1', port: await listen(t, server), beginning: 'direct', ca })
}

test('a sound server: its chain is accepted, its end and protocol are told, and it refuses what is old', async (t) => {
  const facts = await look(t, 'valid', { minVersion: 'TLSv1.2', ciphers: 'ECDHE+AESGCM' })
  assert.equal(facts.refusal, null)
  assert.equal(facts.protocol, 'TLSv1.3')
  assert.ok((facts.expiresMs ?? 0) > Date.now())
  assert.deepEqual([facts.takesOldProtocols, facts.takesOldSuites], [false, false])
})

test('what is wrong with a certificate is told by the name that OpenSSL has for it', async (t) => {
  assert.equal((await look(t, 'expired')).refusal, 'CERT_HAS_EXPIRED')
  assert.equal((await look(t, 'wrong-host')).refusal, 'ERR_TLS_CERT_ALTNAME_INVALID')
  assert.equal((await look(t, 'self-signed')).refusal, 'DEPTH_ZERO_SELF_SIGNED_CERT')
  const unknown = await look(t, 'valid', { ca: null })
  assert.match(unknown.refusal ?? '', /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/)
  assert.ok(((await look(t, 'expired')).expiresMs ?? Number.POSITIVE_INFINITY) < Date.now())
})

test('a server that also takes what is old is found out, and one that knows nothing else is still looked at', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  // Only with a key of RSA can there be suites without forward secrecy.
  const { keyFile, certificateFile } = makeCertificate(folder, 'IP:127.0.0.1')
  const rsa = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) }
  const lax = await look(t, 'valid', { ...rsa, minVersion: 'TLSv1', ciphers: ANY })
  assert.deepEqual([lax.protocol, lax.takesOldProtocols, lax.takesOldSuites], ['TLSv1.3', true, true])
  const old = await look(t, 'valid', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: ANY })
  assert.deepEqual([old.protocol, old.takesOldProtocols], ['TLSv1.1', true])
})

test('nobody there, and somebody who speaks something else, reject with why', async (t) => {
  const silent = createPlain((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const port = await listen(t, silent)
  const place = { host: '127.0.0.1', beginning: 'direct', ca: null } as const
  await assert.rejects(lookAtTls({ ...place, port }))
  const closed = createPlain()
  const gone = await listen(t, closed)
  await new Promise((resolve) => closed.close(resolve))
  await assert.rejects(lookAtTls({ ...place, port: gone }), { code: 'ECONNREFUSED' })
})

test('a mail server is asked for TLS in its own words, and one without it says so', async (t) => {
  const open = async (hideSTARTTLS: boolean): Promise<number> => {
    const server = new SMTPServer({
      authOptional: true,
      key,
      cert: read('valid'),
      hideSTARTTLS,
      disableReverseLookup: true,
    })
    server.on('error', () => undefined)
    return listen(t, server.server)
  }
  const place = { host: '127.0.0.1', beginning: 'smtp', ca: authority } as const
  const facts = await lookAtTls({ ...place, port: await open(false) })
  assert.deepEqual([facts.refusal, facts.protocol], [null, 'TLSv1.3'])
  await assert.rejects(lookAtTls({ ...place, port: await open(true) }), TlsNotOffered)
})
