import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { EXAMPLES, sealOf } from './examples.ts'
import { isOfKubernetes, schemaFaults, typeFaults } from './known-kinds.ts'
import { readManifests, titleOf, type Manifest } from './objects.ts'
import { podFaults } from './pod-policies.ts'
import { policyFaults } from './policies.ts'

const kept = EXAMPLES.map(({ name, renderedFile }) => ({ name, manifests: readKept(renderedFile) }))
const written = globSync('deploy/kubernetes/examples/*.yaml').toSorted().flatMap(readKept)
/** No package has their types; what was tried of them stands in docs/develop/status.md. */
const UNTYPED = ['postgresql.cnpg.io/v1']

function readKept(file: string): Manifest[] {
  return existsSync(file) ? readManifests(readFileSync(file, 'utf8')) : []
}

/** A copy of the manifests of an example in which one value was changed. */
function broken(name: string, kind: string, ...[path, value]: [readonly (string | number)[], unknown]): Manifest[] {
  const copy = structuredClone(kept.find((one) => one.name === name)?.manifests ?? [])
  const found = copy.find((manifest) => manifest.kind === kind)
  assert.ok(found, `${name} has a ${kind}`)
  let place: unknown = found
  for (const step of path.slice(0, -1))
    place = z.record(z.string(), z.unknown()).or(z.array(z.unknown())).parse(place)[step as never]
  const last = path.at(-1) ?? ''
  if (value === undefined) delete (place as Record<string, unknown>)[last]
  else (place as Record<string, unknown>)[last] = value
  return copy
}

const POD = ['spec', 'template', 'spec']
const CONTAINER = [...POD, 'containers', 0]

/** What is changed, and what has to be said of it then. */
const PLANTED: readonly [string, string, readonly (string | number)[], unknown, RegExp][] = [
  ['plain', 'Deployment', [...POD, 'securityContext', 'runAsNonRoot'], false, /may run as root/],
  ['plain', 'Deployment', [...POD, 'securityContext', 'runAsUser'], 0, /may run as root/],
  ['plain', 'Deployment', [...POD, 'securityContext', 'seccompProfile'], undefined, /seccomp/],
  ['plain', 'Deployment', [...POD, 'enableServiceLinks'], undefined, /addresses of all services/],
  ['plain', 'Deployment', [...POD, 'automountServiceAccountToken'], true, /token of the cluster/],
  ['plain', 'Deployment', [...POD, 'hostNetwork'], true, /reaches into its node/],
  ['plain', 'Deployment', [...POD, 'volumes', 0], { name: 'home', hostPath: { path: '/' } }, /reaches into its node/],
  ['plain', 'Deployment', [...POD, 'volumes', 0], { name: 'home', emptyDir: {} }, /fill the disk/],
  [
    'plain',
    'Deployment',
    [...POD, 'volumes', 0],
    { name: 'other', emptyDir: { sizeLimit: '1Gi' } },
    /mounts what it does not have/,
  ],
  ['plain', 'Deployment', [...POD, 'tolerations'], [], /30 s on a node that is gone/],
  [
    'plain',
    'Deployment',
    [...POD, 'topologySpreadConstraints', 0, 'topologyKey'],
    'kubernetes.io/os',
    /not spread over zones/,
  ],
  ['plain', 'Deployment', [...POD, 'terminationGracePeriodSeconds'], 30, /handed on what it is at/],
  ['plain', 'Deployment', [...CONTAINER, 'image'], 'registry.example.com/sophia:latest', /another tomorrow/],
  ['plain', 'Deployment', [...CONTAINER, 'image'], 'registry.example.com/sophia', /another tomorrow/],
  ['plain', 'Deployment', [...CONTAINER, 'resources', 'limits', 'memory'], undefined, /no limit/],
  [
    'plain',
    'Deployment',
    [...CONTAINER, 'securityContext', 'capabilities', 'add'],
    ['NET_ADMIN'],
    /keeps capabilities/,
  ],
  ['plain', 'Deployment', [...CONTAINER, 'securityContext', 'capabilities', 'drop'], [], /keeps capabilities/],
  ['plain', 'Deployment', [...CONTAINER, 'securityContext', 'readOnlyRootFilesystem'], false, /write to its image/],
  ['plain', 'Deployment', [...CONTAINER, 'securityContext', 'allowPrivilegeEscalation'], undefined, /may gain rights/],
  ['plain', 'Deployment', [...CONTAINER, 'securityContext', 'privileged'], true, /is privileged/],
  [
    'plain',
    'Deployment',
    [...CONTAINER, 'env', 0],
    { name: 'DATABASE_URL', value: 'postgres://' },
    /secret in its environment/,
  ],
  ['plain', 'Deployment', [...CONTAINER, 'env'], [], /scratch space for a home that lasts/],
  [
    'gateway',
    'Job',
    [...CONTAINER, 'env'],
    [{ name: 'SOPHIA_HOME_LASTS', value: 'no' }],
    /a volume for one that does not/,
  ],
  ['plain', 'Deployment', [...CONTAINER, 'livenessProbe', 'httpGet', 'path'], '/readyz', /outside of it/],
  ['plain', 'Deployment', [...CONTAINER, 'readinessProbe', 'httpGet', 'path'], '/livez', /does not ask \/readyz/],
  ['plain', 'Deployment', [...CONTAINER, 'startupProbe'], undefined, /ended while she starts/],
  ['plain', 'Deployment', [...CONTAINER, 'startupProbe', 'failureThreshold'], 150, /ended while she backs up/],
  ['plain', 'Deployment', [...CONTAINER, 'lifecycle'], undefined, /before balancers know/],
  ['plain', 'Deployment', ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'], 1, /fewer during an upgrade/],
  ['plain', 'HorizontalPodAutoscaler', ['spec', 'minReplicas'], 1, /single replica/],
  ['plain', 'HorizontalPodAutoscaler', ['spec', 'scaleTargetRef', 'name'], 'other', /which is not there/],
  ['plain', 'PodDisruptionBudget', ['spec', 'maxUnavailable'], 0, /no disruption budget/],
  ['plain', 'NetworkPolicy', ['spec', 'podSelector', 'matchLabels'], { app: 'other' }, /no network policy/],
  ['plain', 'Service', ['spec', 'selector'], { app: 'other' }, /finds 0 kinds of pods/],
  ['plain', 'Service', ['spec', 'ports', 0, 'targetPort'], 'web', /no container has/],
  [
    'plain',
    'Ingress',
    ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'],
    'other',
    /service other that is not there/,
  ],
  ['gateway', 'HTTPRoute', ['spec', 'rules', 0, 'backendRefs', 0, 'port'], 81, /a port 81 that/],
  ['gateway', 'ServiceMonitor', ['spec', 'selector', 'matchLabels'], { app: 'other' }, /finds 0 services/],
  ['gateway', 'CronJob', ['spec', 'concurrencyPolicy'], 'Allow', /beside itself/],
  ['gateway', 'CronJob', ['spec', 'jobTemplate', 'spec', 'activeDeadlineSeconds'], undefined, /for ever/],
  [
    'gateway',
    'CronJob',
    ['spec', 'jobTemplate', ...CONTAINER, 'args'],
    ['backup', 'create', '--json'],
    /none ever lets go of/,
  ],
  ['gateway', 'Job', ['spec', 'activeDeadlineSeconds'], undefined, /for ever/],
  ['gateway', 'PersistentVolumeClaim', ['metadata', 'name'], 'other', /a claim sophia-backups that is not there/],
  [
    'keda',
    'Job',
    [...POD, 'volumes', 2, 'projected', 'sources', 0, 'secret', 'items', 0],
    { key: 'OPENAI_API_KEY', path: 'OPENAI_API_KEY' },
    /waits for OPENAI_API_KEY, which no migration reads/,
  ],
  [
    'gateway',
    'Job',
    [...POD, 'volumes', 1],
    { name: 'scratch', configMap: { name: 'calendar' } },
    /waits for the files of scratch/,
  ],
  [
    'keda',
    'Job',
    [...CONTAINER, 'env'],
    [{ name: 'SOPHIA_BACKUP_TARGET', value: 's3://a-bucket/b' }],
    /is refused: SOPHIA_BACKUP_TARGET: s3:\/\/\.\.\. needs/,
  ],
  ['keda', 'ConfigMap', ['data', 'pgbouncer.ini'], 'server_tls_sslmode = prefer', /gives up TLS/],
  ['keda', 'ConfigMap', ['data', 'pgbouncer.ini'], '[pgbouncer]', /gives up TLS/],
  ['keda', 'ConfigMap', ['data', 'pgbouncer.ini'], 'server_tls_sslmode = verify-full', /believes in no authority/],
  [
    'keda',
    'ConfigMap',
    ['data', 'pgbouncer.ini'],
    'server_tls_sslmode = verify-full\nserver_tls_ca_file = /etc/other/ca.crt',
    /mounts nothing at/,
  ],
  ['keda', 'ScaledObject', ['spec', 'minReplicaCount'], 1, /single replica/],
]

test('the kept manifests are those of the chart as it is: their seal says so without Helm', () => {
  assert.ok(EXAMPLES.length >= 3)
  for (const example of EXAMPLES) {
    assert.ok(existsSync(example.renderedFile), `${example.name} is not rendered. Run: npm run helm:check -- --write`)
    const [, seal] = /^# Seal: (\w+)$/m.exec(readFileSync(example.renderedFile, 'utf8')) ?? []
    assert.equal(seal, sealOf(example), `${example.name} is stale. Run: npm run helm:check -- --write`)
  }
})

test('no policy is broken: no root, no moving image, limits, spread, drain, probes, budgets, fences, and references that lead somewhere', () => {
  for (const { name, manifests } of kept) assert.deepEqual(policyFaults(manifests), [], name)
  assert.deepEqual(podFaults(written), [])
})

for (const [example, kind, path, value, says] of PLANTED) {
  const what = `${path.slice(-2).join('.')} ${JSON.stringify(value) ?? 'left out'}`
  test(`a policy sees it: ${example}, ${kind}, ${what}`, () => {
    assert.match(policyFaults(broken(example, kind, path, value)).join('\n'), says)
  })
}

test('each object is what the API version that it names has: forms, fields, words', async () => {
  const all = [...kept.flatMap(({ manifests }) => manifests), ...written]
  const typed = all.filter(({ apiVersion }) => !UNTYPED.includes(apiVersion))
  assert.ok(typed.filter(isOfKubernetes).length > 20)
  assert.deepEqual(await schemaFaults(typed), [])
  assert.deepEqual(typeFaults(typed), [])
})

test('the check of objects sees a word that is none, a field that there is not, one that is missing, and a kind of another version', async () => {
  const word = broken('plain', 'Deployment', [...CONTAINER, 'imagePullPolicy'], 'Sometimes')
  const field = broken('plain', 'HorizontalPodAutoscaler', ['spec', 'minReplica'], 2)
  const missing = broken('plain', 'Ingress', ['spec', 'rules', 0, 'http', 'paths', 0, 'pathType'], undefined)
  const faults = typeFaults([word, field, missing].flatMap((one) => one))
  assert.match(faults.join('\n'), /Deployment sophia: .*"Sometimes"/)
  assert.match(faults.join('\n'), /HorizontalPodAutoscaler sophia: .*"minReplica"/)
  assert.match(faults.join('\n'), /Ingress sophia: .*pathType/)
  assert.match((await schemaFaults(missing)).join('\n'), /Ingress sophia: .*pathType/)
  assert.match(
    (await schemaFaults(broken('plain', 'Ingress', ['apiVersion'], 'extensions/v1'))).join('\n'),
    /Ingress sophia/,
  )
})

test('no two objects of a set have one name, and none says a namespace of its own', () => {
  for (const { name, manifests } of kept) {
    const names = manifests.map(titleOf)
    assert.deepEqual(names.toSorted(), [...new Set(names)].toSorted(), name)
    assert.ok(manifests.every(({ metadata }) => metadata['namespace'] === undefined))
  }
})

test('a pooler believes only the database that its authority vouches for by name, unless somebody says otherwise', () => {
  const { pgbouncer } = z
    .looseObject({ pgbouncer: z.looseObject({ tls: z.looseObject({ mode: z.string() }) }) })
    .parse(parse(readFileSync('deploy/helm/sophia/values.yaml', 'utf8')))
  assert.equal(pgbouncer.tls.mode, 'verify-full')
})

test('a Job with other settings has another name, as that of one which is there cannot be changed', () => {
  const names = kept.flatMap(({ manifests }) =>
    manifests.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name),
  )
  assert.equal(names.length, 2)
  assert.equal(new Set(names).size, 2)
  assert.ok(names.every((name) => name.length <= 63))
})

test('the chart is of the version of Sophia', () => {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')))
  const chart = z
    .looseObject({ version: z.string(), appVersion: z.string() })
    .parse(parse(readFileSync('deploy/helm/sophia/Chart.yaml', 'utf8')))
  assert.deepEqual([chart.version, chart.appVersion], [version, version])
})
