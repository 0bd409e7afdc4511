import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pino from 'pino'
import { systemClock as clock } from '#platform/clock.ts'
import { makeCertificate } from '../../../test/support/certificates.ts'
import { requireProgram } from '../../../test/support/find-program.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { listenFor, openTestWakeups, untilHeard } from '../../../test/support/heard-wakeups.ts'
import { startProgram } from '../../../test/support/program.ts'
import { startShippedRedis } from '../../../test/support/redis-shipped.ts'
import { redisAddress } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import { defineScript, openRedis } from './redis-link.ts'

const KEEP = defineScript("return redis.call('SET', KEYS[1], ARGV[1])")
const PATIENT_MS = 60_000

const folder = mkdtempSync(join(tmpdir(), 'sophia-encrypted-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const { keyFile, certificateFile, ca } = makeCertificate(folder, 'IP:127.0.0.1')
const TLS = {
  'tls-cert-file': certificateFile,
  'tls-key-file': keyFile,
  'tls-ca-cert-file': certificateFile,
  'tls-auth-clients': 'no',
}

/** A Redis by the files that ship, its user list included, that speaks TLS as well. */
async function startEncrypted(settings: Readonly<Record<string, string>> = {}) {
  const tlsPort = await freePort()
  const server = await startShippedRedis({ settings: { ...TLS, 'tls-port': String(tlsPort), ...settings } })
  after(server.end)
  return { ...server, tlsPort }
}

/** Writing, and the wake-ups of two processes, by the user that ships. */
async function works(url: string, server: Awaited<ReturnType<typeof startEncrypted>>): Promise<void> {
  const needs = { namespace: 'test', clock, log: pino({ level: 'silent' }), deadlineMs: 5000 }
  const link = openRedis({ address: redisAddress(url), ca, ...needs })
  after(() => link.close())
  const keeps = (): Promise<boolean> =>
    link.run(KEEP, { keys: [`${link.prefix}:kept`], values: ['said'] }).then(
      () => true,
      () => false,
    )
  await until(keeps, 'it is kept', PATIENT_MS)
  assert.equal(String(await server.command('GET', 'sophia:{test}:kept')), 'said')
  const [one, other] = [1, 2].map(() => openTestWakeups({ redisUrl: url, ca }))
  assert.ok(one && other)
  await untilHeard(one, listenFor(other), 'heard')
}

test('behind a sentinel: over TLS, by the user that ships, the primary is found, kept in and heard', async () => {
  const primary = await startEncrypted({ 'tls-replication': 'yes' })
  const port = await freePort()
  const file = join(folder, 'sentinel.conf')
  const lines = [
    'port 0',
    `tls-port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    'tls-replication yes',
    ...Object.entries(TLS).map(([name, value]) => `${name} ${value}`),
    `sentinel monitor main 127.0.0.1 ${primary.tlsPort} 1`,
    'sentinel auth-user main operator',
    `sentinel auth-pass main ${primary.passwords.operator}`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const sentinel = startProgram(requireProgram('redis-server'), [file, '--sentinel'], { isDetached: true })
  after(async () => {
    sentinel.kill('SIGKILL')
    await sentinel.ended
  })
  await works(`rediss-sentinel://sophia:${primary.passwords.sophia}@127.0.0.1:${port}/main`, primary)
})

test('in a cluster: over TLS, by the user that ships, who holds the keys is found by one who does not', async () => {
  const busPorts = [await freePort(), await freePort()]
  const [owner, other] = await Promise.all(
    busPorts.map((bus) =>
      startEncrypted({ 'cluster-enabled': 'yes', 'cluster-port': String(bus), 'tls-cluster': 'yes', appendonly: 'no' }),
    ),
  )
  assert.ok(owner && other)
  await owner.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await other.command('CLUSTER', 'MEET', '127.0.0.1', String(owner.tlsPort), String(busPorts[0]))
  const isWell = async (): Promise<boolean> =>
    /cluster_state:ok[^]*cluster_known_nodes:2/.test(String(await other.command('CLUSTER', 'INFO')))
  await until(isWell, 'the nodes know each other', PATIENT_MS)
  // Both have the same user; its password is the one of whom the key is written at.
  const password = owner.passwords.sophia
  await other.command('ACL', 'SETUSER', 'sophia', `>${password}`)
  await works(`rediss-cluster://sophia:${password}@127.0.0.1:${other.tlsPort}`, owner)
})
