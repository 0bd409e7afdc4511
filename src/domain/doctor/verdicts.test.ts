import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, notConfigured, together, unknown, warning, well } from './finding.ts'
import {
  judgeClock,
  judgeDisk,
  judgeHome,
  judgeNode,
  judgePort,
  judgeSecretKey,
  judgeSettings,
  type ClockFacts,
} from './judge-machine.ts'
import { judgeProvider, judgeRunning, judgeServer, judgeTls, type TlsFacts } from './judge-outside.ts'
import { judgeBackupFolder, judgeBackups, judgeBackupStore, type BackupFacts } from './judge-backups.ts'
import { judgeDatabase, judgeEngine, judgeRedis, judgeSchema, type DatabaseFacts } from './judge-stores.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.parse('2026-03-10T09:00:00Z')

test('several findings about one thing: the gravest gives the status, all are told, and every fix', () => {
  const mixed = together(well('It answers.'), [warning('Slow.', 'Wait.'), failing('Full.', 'Empty it.')])
  assert.deepEqual(mixed, { status: 'fail', detail: 'It answers. Full. Slow.', fix: 'Empty it. Wait.' })
  assert.deepEqual(together(well('Fine.'), [well('Also fine.')]), well('Fine.'))
  assert.equal(together(notConfigured('None.'), [warning('Old.', 'Look.')]).status, 'warn')
  assert.equal(together(unknown('Not asked.'), []).status, 'unknown')
})

test('node, port and home', () => {
  assert.equal(judgeNode({ version: '24.1.0', path: 'node' }).status, 'ok')
  assert.equal(judgeNode({ version: '22.19.0', path: 'node' }).status, 'fail')
  const port = { host: '127.0.0.1', port: 8000, owner: null, fault: null }
  assert.equal(judgePort(port).status, 'ok')
  assert.match(judgePort({ ...port, fault: 'EADDRINUSE' }).fix ?? '', /SOPHIA_PORT/)
  assert.match(judgePort({ ...port, fault: 'EADDRNOTAVAIL' }).fix ?? '', /SOPHIA_HOST/)
  assert.equal(judgePort({ ...port, fault: 'EWHATEVER' }).status, 'fail')
  assert.equal(judgePort({ ...port, owner: { pid: 7, address: 'http://127.0.0.1:8000' } }).status, 'ok')
  assert.equal(judgePort({ ...port, owner: { pid: 7, address: undefined } }).status, 'unknown')
  const home = { folder: '/h', kind: 'folder', isWritable: true, mode: 0o700 } as const
  assert.deepEqual(
    [home, { ...home, mode: 0o711 }, { ...home, mode: 0o755 }, { ...home, mode: 0o770 }, { ...home, mode: null }].map(
      (facts) => judgeHome(facts).status,
    ),
    ['ok', 'ok', 'warn', 'warn', 'ok'],
  )
  assert.equal(judgeHome({ ...home, isWritable: false }).status, 'fail')
  assert.equal(judgeHome({ ...home, kind: null, mode: null }).status, 'ok')
  assert.equal(judgeHome({ ...home, kind: 'other' }).status, 'fail')
})

test('settings: every fault, the file they are from, and whether others may read secrets in it', () => {
  const file = { path: '/clone/.env', names: ['SOPHIA_PORT', 'SMTP_URL'], holdsSecrets: true, mode: 0o600 }
  assert.deepEqual(judgeSettings({ faults: [], files: [] }), well('Every setting is valid.'))
  const sound = judgeSettings({ faults: [], files: [file] })
  assert.deepEqual(sound, well('Every setting is valid. From /clone/.env: SOPHIA_PORT, SMTP_URL.'))
  const open = { ...file, mode: 0o644 }
  assert.deepEqual(judgeSettings({ faults: [], files: [open] }).status, 'warn')
  assert.match(judgeSettings({ faults: [], files: [open] }).fix ?? '', /chmod 600 \/clone\/\.env/)
  for (const other of [{ holdsSecrets: false }, { mode: null }, { mode: 0o640 }])
    assert.equal(judgeSettings({ faults: [], files: [{ ...open, ...other }] }).status, 'ok')
  const faulty = judgeSettings({ faults: [{ path: 'SOPHIA_PORT', message: 'Too large.' }], files: [open] })
  assert.equal(faulty.status, 'fail')
  assert.match(faulty.detail, /^SOPHIA_PORT: Too large\. From .*Other accounts may read/)
})

test('a disk is low below five percent or a gigabyte, and full below 100 MB', () => {
  const disk = (freeBytes: number, totalBytes: number) => judgeDisk({ folder: '/h', freeBytes, totalBytes }).status
  assert.deepEqual(
    [disk(50e9, 100e9), disk(5e9, 100e9), disk(4.9e9, 100e9), disk(0.9e9, 2e9), disk(0.05e9, 0.1e9), disk(0, 0)],
    ['ok', 'ok', 'warn', 'warn', 'fail', 'fail'],
  )
})

test('a clock is held against others, as far as they can be read; without any nothing is said of it', () => {
  const off = (aheadMs: number, uncertaintyMs = 0): ClockFacts => ({
    references: [{ name: 'PostgreSQL', aheadMs, uncertaintyMs }],
    isSynchronised: null,
  })
  assert.deepEqual(
    [off(4000), off(-6000), off(9000, 5000), off(400_000), off(-400_000)].map((facts) => judgeClock(facts).status),
    ['ok', 'warn', 'ok', 'fail', 'fail'],
  )
  assert.match(judgeClock(off(-6000)).detail, /PostgreSQL is 6\.0 s behind/)
  const alone = (isSynchronised: boolean | null) => judgeClock({ references: [], isSynchronised }).status
  assert.deepEqual([alone(null), alone(true), alone(false)], ['unknown', 'ok', 'warn'])
})

test('a key at rest', () => {
  const key = { isSet: false, isShared: false, fileMode: null, opens: null }
  assert.equal(judgeSecretKey({ ...key, isSet: true }).status, 'ok')
  assert.equal(judgeSecretKey({ ...key, isShared: true }).status, 'warn')
  assert.deepEqual(
    [null, 0o600, 0o640].map((fileMode) => judgeSecretKey({ ...key, fileMode }).status),
    ['not_configured', 'ok', 'warn'],
  )
  assert.match(judgeSecretKey({ ...key, fileMode: 0o600, opens: true }).detail, /opens with it/)
  const other = { ...key, opens: false }
  assert.deepEqual(
    [other, { ...other, isSet: true }].map(judgeSecretKey).map(({ status }) => status),
    ['fail', 'fail'],
  )
  assert.match(judgeSecretKey(other).fix ?? '', /^Copy secret\.key/)
})

const OWNER = { database: 'db', role: 'sophia', mayCreateTables: true, mayCreateSchemas: true, ownsPublic: true }
const SERVER: DatabaseFacts = {
  versionNumber: 180_004,
  version: '18.4',
  encoding: 'UTF8',
  isEncrypted: true,
  isInRecovery: false,
  isReadOnly: false,
  rights: OWNER,
  maxConnections: 100,
}
const SETTING = { name: 'DATABASE_URL', wantedConnections: 22, isNear: false }

test('a database: version, primary, rights, encoding, the line and the number of connections', () => {
  const status = (facts: Partial<DatabaseFacts>, setting: Partial<typeof SETTING> = {}) =>
    judgeDatabase({ ...SERVER, ...facts }, { ...SETTING, ...setting }).status
  assert.equal(status({}), 'ok')
  const failures: Partial<DatabaseFacts>[] = [
    { versionNumber: 140_011 },
    { isInRecovery: true },
    { isReadOnly: true },
    { rights: { ...OWNER, mayCreateTables: false } },
    { rights: { ...OWNER, mayCreateSchemas: false } },
    { rights: { ...OWNER, ownsPublic: false } },
    { encoding: 'SQL_ASCII' },
  ]
  for (const facts of failures) assert.equal(status(facts), 'fail', JSON.stringify(facts))
  const asked = judgeDatabase({ ...SERVER, rights: { ...OWNER, mayCreateSchemas: false, ownsPublic: false } }, SETTING)
  assert.match(asked.fix ?? '', /grant create on database db to sophia; .*alter schema public owner to sophia;$/)
  assert.equal(status({ isEncrypted: false }), 'warn')
  assert.equal(status({ isEncrypted: false }, { isNear: true }), 'ok')
  assert.equal(status({ isEncrypted: null }), 'ok')
  assert.equal(status({ maxConnections: 20 }), 'warn')
})

test('a schema is judged as a start judges it, and nothing is said of one that was not read', () => {
  const file = (version: number, hash = 'a') => ({ version, name: `000${version}-x.sql`, hash })
  const shipped = [file(1), file(2), file(3)]
  const status = (applied: ReturnType<typeof file>[] | null) => judgeSchema({ applied, shipped }).status
  assert.deepEqual(
    [status(null), status(shipped), status([file(1)]), status([...shipped, file(4)]), status([file(1), file(2, 'b')])],
    ['ok', 'ok', 'warn', 'fail', 'fail'],
  )
  assert.match(judgeSchema({ applied: [...shipped, file(4)], shipped }).fix ?? '', /sophia rollback/)
})

test('a built-in database that does not run was not asked, and one of another version is told', () => {
  assert.equal(judgeEngine({ version: '18.4.0', dataMajor: null }).status, 'unknown')
  assert.equal(judgeEngine({ version: '18.4.0', dataMajor: '18' }).status, 'unknown')
  assert.equal(judgeEngine({ version: '18.4.0', dataMajor: '17' }).status, 'fail')
})

test('Redis: what is unsafe is a warning, what may not be asked is not known', () => {
  assert.equal(judgeRedis(null).status, 'unknown')
  assert.equal(judgeRedis({ detail: 'Redis 7.', unsafe: [] }).status, 'ok')
  assert.equal(judgeRedis({ detail: 'Redis 7. No limit.', unsafe: ['No limit.'] }).status, 'warn')
})

test('backups: only a verified one counts, an old one is told, and so are damaged ones', () => {
  const facts: BackupFacts = {
    stored: [],
    lastRunMs: null,
    nowMs: NOW_MS,
    hasData: true,
    folder: '/b',
    isFleeting: false,
  }
  const stored = (state: 'verified' | 'unverified' | 'damaged', days: number) => [
    { id: 'b', state, madeMs: NOW_MS - days * DAY_MS },
  ]
  const status = (more: Partial<BackupFacts>) => judgeBackups({ ...facts, ...more }).status
  assert.equal(status({}), 'warn')
  assert.equal(status({ hasData: false }), 'not_configured')
  assert.equal(status({ stored: stored('unverified', 0) }), 'warn')
  assert.equal(status({ stored: stored('verified', 1) }), 'ok')
  assert.equal(status({ stored: stored('verified', 2) }), 'warn')
  assert.equal(status({ lastRunMs: NOW_MS - DAY_MS }), 'ok')
  assert.equal(status({ lastRunMs: NOW_MS, stored: stored('damaged', 3) }), 'warn')
  // What goes with its process is none, whatever it was proven to be; that of a timer elsewhere is one.
  const fleeting = judgeBackups({ ...facts, isFleeting: true, stored: stored('verified', 0) })
  assert.equal(fleeting.status, 'warn')
  assert.match(`${fleeting.detail} ${fleeting.fix}`, /goes with its process.* SOPHIA_BACKUP_TARGET .*backup\.enabled/)
  assert.equal(status({ isFleeting: true, lastRunMs: NOW_MS - DAY_MS }), 'ok')
  // Of a clock that was ahead.
  assert.equal(status({ stored: stored('verified', -400), lastRunMs: NOW_MS - 2 * DAY_MS }), 'warn')
  assert.equal(status({ stored: stored('verified', 1), lastRunMs: NOW_MS + DAY_MS }), 'ok')
})

test('backups: the folder has to be one, writable, with room for one more; the store has to be listed and written', () => {
  const facts = { folder: '/b', kind: 'folder', isWritable: true, shortage: null, recipients: 0 } as const
  assert.match(judgeBackupFolder(facts).detail, /room for one more; backups are not encrypted/)
  assert.match(judgeBackupFolder({ ...facts, kind: null, recipients: 2 }).detail, /first backup .* 2 recipients/)
  const wrong = [
    { kind: 'other' },
    { isWritable: false },
    { shortage: { of: 'both', freeBytes: 10, wantedBytes: 20 } },
  ] as const
  for (const change of wrong) assert.equal(judgeBackupFolder({ ...facts, ...change }).status, 'fail')
  const store = (doing: 'list' | 'write' | 'remove', said: string) =>
    judgeBackupStore({ address: 's3://b', fault: { doing, said } })
  assert.equal(judgeBackupStore({ address: 's3://b', fault: null }).status, 'ok')
  assert.match(store('list', 'SignatureDoesNotMatch: x').fix ?? '', /AWS_SECRET_ACCESS_KEY/)
  assert.match(store('list', 'NoSuchBucket: x').fix ?? '', /Make the bucket/)
  assert.match(store('write', 'AccessDenied: x').fix ?? '', /write and read under the prefix/)
  assert.match(store('list', 'connect ECONNREFUSED').fix ?? '', /AWS_ENDPOINT_URL_S3/)
  assert.equal(store('remove', 'AccessDenied: x').status, 'warn')
})

const TLS: TlsFacts = {
  refusal: null,
  expiresMs: NOW_MS + 60 * DAY_MS,
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  takesOldProtocols: false,
  takesOldSuites: false,
}

test('TLS: what is refused or broken fails, what ends soon or is old is a warning, what was not tried is not held against it', () => {
  const judge = (facts: Partial<TlsFacts>, isVerified = true) =>
    judgeTls({ ...TLS, ...facts }, { place: 'h:443', isVerified, nowMs: NOW_MS })
  assert.equal(judge({}).status, 'ok')
  assert.equal(judge({ takesOldProtocols: null, takesOldSuites: null }).status, 'ok')
  assert.match(judge({ refusal: 'CERT_HAS_EXPIRED' }).detail, /has expired/)
  assert.equal(judge({ refusal: 'SOMETHING_NEW' }).status, 'fail')
  assert.equal(judge({ protocol: 'TLSv1.1' }).status, 'fail')
  assert.equal(judge({ expiresMs: NOW_MS + 20 * DAY_MS }).status, 'warn')
  assert.equal(judge({ expiresMs: NOW_MS + 21 * DAY_MS }).status, 'ok')
  assert.equal(judge({ takesOldProtocols: true }).status, 'warn')
  assert.equal(judge({ takesOldSuites: true }).status, 'warn')
  assert.match(judge({ refusal: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, false).detail, /not looked at, by the setting/)
})

test('a provider is well only when it took the key', () => {
  const setting = { provider: 'openai', keySetting: 'OPENAI_API_KEY', urlSetting: 'OPENAI_BASE_URL' }
  const status = (facts: Parameters<typeof judgeProvider>[0]) => judgeProvider(facts, setting).status
  assert.equal(status({ kind: 'answered', models: ['m'], unknownModels: [] }), 'ok')
  assert.equal(status({ kind: 'answered', models: ['m'], unknownModels: ['m'] }), 'warn')
  assert.equal(status({ kind: 'silent' }), 'unknown')
  assert.equal(status({ kind: 'busy', httpStatus: 503 }), 'unknown')
  assert.equal(status({ kind: 'refused', httpStatus: 401 }), 'fail')
  assert.equal(status({ kind: 'away', reason: 'ECONNREFUSED.' }), 'fail')
})

test('an MCP server is well only when it answered', () => {
  const fault = { kind: 'fault', class: 'auth', message: 'It refused.', hasSignIn: false } as const
  assert.equal(judgeServer({ kind: 'answered', tools: 3, missing: [], version: null }).status, 'ok')
  assert.equal(judgeServer({ kind: 'answered', tools: 3, missing: ['a'], version: '2026' }).status, 'warn')
  assert.equal(judgeServer({ kind: 'program', path: '/bin/x', command: 'x' }).status, 'unknown')
  assert.equal(judgeServer({ kind: 'program', path: null, command: 'x' }).status, 'fail')
  assert.equal(judgeServer({ kind: 'off' }).status, 'unknown')
  assert.equal(judgeServer(fault).status, 'fail')
  assert.equal(judgeServer({ ...fault, hasSignIn: true }).status, 'unknown')
})

test('a Sophia that runs is as her own parts are', () => {
  const part = { name: 'mail', detail: 'refused', status: 'degraded' }
  const status = (wrong: (typeof part)[]) => judgeRunning({ status: 'ok', version: '1', wrong }).status
  assert.deepEqual([status([]), status([part]), status([part, { ...part, status: 'down' }])], ['ok', 'warn', 'fail'])
})
