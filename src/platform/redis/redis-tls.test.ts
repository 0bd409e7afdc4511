import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pino from 'pino'
import { systemClock as clock } from '#platform/clock.ts'
import { makeCertificate } from '../../../test/support/certificates.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { openTestRedis, redisAddress } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import { defineScript, openRedis } from './redis-link.ts'

const ECHO = defineScript('return ARGV[1]')
const PATIENT_MS = 30_000

/** A Redis that speaks TLS as a server of this name, and a user who needs a password. */
async function openEncrypted(name: string) {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-certificate-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const { keyFile, certificateFile, ca } = makeCertificate(folder, name)
  const port = await freePort()
  const redis = await openTestRedis({
    'tls-port': String(port),
    'tls-cert-file': certificateFile,
    'tls-key-file': keyFile,
    'tls-ca-cert-file': certificateFile,
    'tls-auth-clients': 'no',
  })
  await redis.command('ACL', 'SETUSER', 'sophia', 'on', '>p@ss', 'allkeys', 'allchannels', '+@all')
  return { ca, address: redisAddress(`rediss://sophia:p%40ss@127.0.0.1:${port}`) }
}

function open({ address, ca }: { address: ReturnType<typeof redisAddress>; ca: string | null }) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const link = openRedis({ address, ca, namespace: 'test', clock, log, deadlineMs: PATIENT_MS })
  after(() => link.close())
  return { link, lines }
}

test('over TLS a user of the access list is let in, when the certificate is vouched for', async () => {
  const { link } = open(await openEncrypted('IP:127.0.0.1'))
  await until(() => link.isUp(), 'it is up', PATIENT_MS)
  assert.equal(String(await link.run(ECHO, { keys: [], values: ['said'] })), 'said')
})

test('a certificate that nobody vouches for, or of another server, is refused', async () => {
  const { address } = await openEncrypted('IP:127.0.0.1')
  const strange = open({ address, ca: null })
  const other = open(await openEncrypted('DNS:cache.example.com'))
  for (const { lines, link } of [strange, other]) {
    const isTold = (): boolean => lines.some((line) => line.includes('Redis cannot be reached'))
    await until(isTold, 'it is told', PATIENT_MS)
    assert.equal(link.isUp(), false)
  }
  assert.match(strange.lines.join(), /SELF_SIGNED_CERT/)
  assert.match(other.lines.join(), /ALTNAME_INVALID/)
})
