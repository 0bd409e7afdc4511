import { inspectConfig } from '#platform/config/config.ts'
import { SETTINGS } from '#platform/config/settings.ts'
import { podOf, titleOf, type Container, type Manifest, type Pod } from './objects.ts'

/** What the Job of an upgrade may have: where the database and its backups are, and what tells of them. */
const READ = [
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'DATABASE_POOL_MAX',
  'SOPHIA_SLOW_QUERY_MS',
  'SOPHIA_SECRET_KEY',
  'SOPHIA_BACKUP_TARGET',
  'SOPHIA_BACKUP_RECIPIENT',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_ENDPOINT_URL_S3',
  // For a store whose name leads to an inside address.
  'SOPHIA_ALLOW_PRIVATE_NETWORK',
  'SOPHIA_LOG_LEVEL',
  // Asked for by the address to listen on, which the chart sets.
  'SOPHIA_PUBLIC_URL',
  'SOPHIA_HOME',
  'SOPHIA_HOME_LASTS',
  'SOPHIA_HOST',
  'SOPHIA_PORT',
]
/** Of a form that each takes; the others are texts. */
const SECRETS: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://a:b@c/d',
  DATABASE_DIRECT_URL: 'postgres://a:b@e/d',
  SOPHIA_SECRET_KEY: 'x'.repeat(32),
}

/**
 * Its Job runs before Secrets and files are those of the upgrade: it waits for no key and no file that a migration does not read, and its
 * settings are whole without them.
 */
export function migrationFaults(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    const spec = manifest.kind === 'Job' ? podOf(manifest)?.spec : undefined
    if (spec?.containers[0]?.args[0] !== 'migrate') return []
    return [...needless(spec), ...missing(spec)].map((says) => `${titleOf(manifest)} ${says}`)
  })
}

function needless({ containers, volumes }: Pod['spec']): string[] {
  const given = containers.flatMap(({ env }) => env.map(({ name }) => name))
  const keys = volumes.flatMap(({ projected }) => projected?.sources.flatMap(({ secret }) => secret?.items ?? []) ?? [])
  const names = new Set([...given.map(settingOf), ...keys.map(({ path }) => path)])
  const files = volumes.filter(({ configMap, secret }) => configMap !== undefined || secret !== undefined)
  return [
    ...[...names].filter((name) => !READ.includes(name)).map((name) => `waits for ${name}, which no migration reads`),
    ...files.map(({ name }) => `waits for the files of ${name}, which no migration reads`),
  ]
}

function missing({ containers }: Pod['spec']): string[] {
  return refusals(containers).map((fault) => `is refused: ${fault}`)
}

/** What Sophia finds wrong with the settings of these containers, each secret there and good; `ofImage` counts where they say nothing. */
export function refusals(
  containers: readonly Pick<Container, 'env'>[],
  ofImage: Readonly<Record<string, string>> = {},
): string[] {
  const environment = containers.flatMap(({ env }) =>
    env.map(({ name, value = '' }): [string, string] => {
      const of = settingOf(name)
      return of === name ? [name, value] : [of, SECRETS[of] ?? 'text']
    }),
  )
  const { faults } = inspectConfig({ ...ofImage, ...Object.fromEntries(environment) })
  return faults.map(({ message, path }) => `${path}: ${message}`)
}

/** `NAME_FILE` is a form of `NAME`; some settings are called so themselves. */
function settingOf(name: string): string {
  return Object.hasOwn(SETTINGS, name) ? name : name.replace(/_FILE$/, '')
}
