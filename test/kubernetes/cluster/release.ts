import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { IMAGE } from '../../container/build-image.ts'
import { CHART } from '../examples.ts'
import { NODE_NAME, POD_RANGE } from './addresses.ts'
import { NAMESPACE, RESTRICTED, untilSeen, type Client } from './client.ts'
import { untilReady } from './pods.ts'
import type { Stores } from './stores.ts'

const RELEASE = 'sophia'
const LIMIT = '600s'

/** The chart as it is installed here. */
export interface Release {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Where the volume with backups lies on the node. */
  readonly volume: string
  upgrade(more: object): Promise<void>
}

const ServiceAddress = z.looseObject({ spec: z.looseObject({ clusterIP: z.string() }) })

interface Needs {
  readonly client: Client
  readonly folder: string
  readonly stores: Stores
}

/** Values that differ from the shipped ones by what this machine is: small, and with no registry. */
function valuesOf(stores: Stores): object {
  const [repository, tag] = IMAGE.split(':')
  return {
    image: { repository: `docker.io/library/${repository}`, tag, pullPolicy: 'Never' },
    settings: { SOPHIA_PUBLIC_URL: 'https://sophia.example.com', SOPHIA_TRUSTED_PROXIES: POD_RANGE },
    secrets: { REDIS_URL: {}, SOPHIA_ADMIN_API_KEY: {}, SOPHIA_METRICS_TOKEN: {} },
    resources: { requests: { cpu: '100m' } },
    networkPolicy: { data: { ports: [stores.databasePort, stores.redisPort] } },
    ingress: { enabled: true, className: 'nginx', tlsSecret: 'sophia-tls' },
    backup: { enabled: true, size: '1Gi' },
    monitoring: { dashboard: { enabled: true } },
  }
}

/** What a cluster has before the chart comes: a namespace that takes restricted pods only, secrets, and a volume. */
async function prepare({ client, stores }: Needs, { key, volume }: { key: string; volume: string }): Promise<void> {
  const stringData = {
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: stores.redisUrl,
    SOPHIA_SECRET_KEY: randomBytes(32).toString('base64'),
    SOPHIA_ADMIN_API_KEY: key,
    SOPHIA_METRICS_TOKEN: randomBytes(32).toString('base64url'),
  }
  const onNode = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }] }]
  await client.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels: RESTRICTED } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: RELEASE }, stringData },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'backups' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        local: { path: volume },
        nodeAffinity: { required: { nodeSelectorTerms: onNode } },
      },
    },
  )
}

/** Installs the chart and waits, as Helm does, until all of it is ready. */
export async function install(needs: Needs): Promise<Release> {
  const { client, folder, stores } = needs
  const key = `sk-sophia-${randomBytes(32).toString('base64url')}`
  const volume = join(folder, 'volume')
  await prepare(needs, { key, volume })
  const file = join(folder, 'values.json')
  await writeFile(file, JSON.stringify(valuesOf(stores)))
  await client.helm(['install', RELEASE, CHART, '--values', file, '--wait', '--timeout', LIMIT])
  // The chart asks for no number where there is a scaler; that one has to bring the second.
  await untilReady(client, 2)
  const { spec } = await client.get(ServiceAddress, ['service', RELEASE])
  return {
    url: `http://${spec.clusterIP}`,
    headers: { authorization: `Bearer ${key}` },
    volume,
    async upgrade(more) {
      const changed = join(folder, 'changed.json')
      await writeFile(changed, JSON.stringify(more))
      const values = ['--values', file, '--values', changed]
      await client.helm(['upgrade', RELEASE, CHART, ...values, '--wait', '--timeout', LIMIT])
    },
  }
}

const Listed = z.looseObject({
  items: z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) })),
})
const KINDS =
  'deployments,replicasets,pods,services,ingresses,configmaps,secrets,serviceaccounts,cronjobs,jobs,poddisruptionbudgets,horizontalpodautoscalers,networkpolicies,persistentvolumeclaims'
/** What was there before the release, the volume with backups, and the last migration, whose Job the cluster removes after a day. */
const STAYS = [
  'ConfigMap kube-root-ca.crt',
  'Job backup-now',
  'Job sophia-migrate-check',
  'PersistentVolumeClaim sophia-backups',
  'Secret sophia',
  'ServiceAccount default',
]

/** Nothing stays of the release but the volume with backups. */
export async function checkUninstall(client: Client): Promise<{ left: readonly string[] }> {
  await client.helm(['uninstall', RELEASE, '--wait', '--timeout', LIMIT])
  const titles = async (): Promise<string[]> =>
    (await client.get(Listed, [KINDS])).items
      .filter(({ kind, metadata }) => kind !== 'Pod' || !/^(backup-now|sophia-migrate)-/.test(metadata.name))
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  const isWanted = (left: readonly string[]): boolean => left.every((title) => STAYS.includes(title))
  return { left: await untilSeen(titles, isWanted, { what: 'nothing stays of the release', limitMs: 120_000 }) }
}
