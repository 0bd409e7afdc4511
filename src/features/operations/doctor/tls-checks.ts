import { failing, unknown, warning, type Finding } from '#domain/doctor/finding.ts'
import { judgeTls } from '#domain/doctor/judge-outside.ts'
import type { Config } from '#platform/config/config.ts'
import { bareHost } from '#platform/network/address-guard.ts'
import { lookAtTls, type TlsPlace } from '#platform/network/look-at-tls.ts'
import { TlsNotOffered } from '#platform/network/start-tls.ts'
import { routeOf } from '#platform/postgres/look-at-database.ts'
import type { DoctorNeeds, ListedServer } from './doctor-needs.ts'
import { reasonOf, type Check } from './examine.ts'
import { providersOf } from './provider-checks.ts'

/** One place that is reached over TLS by the settings. */
interface Endpoint extends TlsPlace {
  /** Stands behind `tls:`. */
  readonly name: string
  readonly settings: readonly string[]
  readonly isVerified: boolean
  /** What it means that nothing answers there: nothing more where another check tells of it. */
  readonly whenAway: 'fail' | 'warn' | 'told'
  /** What it means that the other side speaks, and offers no TLS. */
  readonly whenPlain: 'fail' | 'warn'
}

const USUAL = { beginning: 'direct', ca: null, isVerified: true, whenAway: 'told', whenPlain: 'fail' } as const

const CALENDAR_SETTINGS = ['SOPHIA_CALENDAR_FILE', 'SOPHIA_HOME']

/** Places that stand in files of the operator's. */
interface Listed {
  readonly servers: readonly ListedServer[]
  readonly eventOrigins: readonly string[]
}

/** Chain, end and protocols of every place that is reached over TLS. */
export function tlsChecks(needs: DoctorNeeds, { servers, eventOrigins }: Listed): Check[] {
  const { config } = needs
  const endpoints = [
    ...databaseEndpoints(config.postgres),
    ...redisEndpoints(config.redis),
    ...providersOf(config).map(({ provider, address, settings }) => fromUrl(provider, address, settings)),
    storeEndpoint(config.backup),
    ...eventOrigins.map((origin) => fromUrl(`calendar:${new URL(origin).host}`, origin, CALENDAR_SETTINGS)),
    ...mailEndpoints(config.mail),
    ...webhookEndpoints(config.notify),
    ...servers.map(({ id, target }) =>
      target.kind === 'stdio' ? null : fromUrl(`mcp:${id}`, target.url, ['SOPHIA_MCP_FILE']),
    ),
    ...tracingEndpoints(config.tracing),
    ...publicEndpoints(config.http),
  ].filter((endpoint) => endpoint !== null)
  return endpoints.map((endpoint) => ({
    id: `tls:${endpoint.name}`,
    settings: endpoint.settings,
    look: () => checkTls(needs, endpoint),
  }))
}

async function checkTls({ clock }: DoctorNeeds, endpoint: Endpoint): Promise<Finding> {
  const { host, port, isVerified, whenAway, whenPlain } = endpoint
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    return judgeTls(await lookAtTls(endpoint), { place, isVerified, nowMs: clock.now().getTime() })
  } catch (error) {
    if (error instanceof TlsNotOffered)
      return whenPlain === 'fail'
        ? failing(`${place} offers no TLS, which the settings ask for.`, 'Switch TLS on at the server.')
        : warning(`${place} offers no TLS: what is sent crosses the network readable.`, 'Switch TLS on at the server.')
    const said = `${place} could not be looked at: ${reasonOf(error)}`
    if (whenAway === 'told') return unknown(said)
    return whenAway === 'fail'
      ? failing(said, `See that it runs, and check ${endpoint.settings.join(', ')}.`)
      : warning(said, 'From outside it may answer all the same; if not, look at what stands before Sophia.')
  }
}

function fromUrl(name: string, address: string, settings: readonly string[]): Endpoint | null {
  const { protocol, hostname, port } = new URL(address)
  if (protocol !== 'https:') return null
  return { ...USUAL, name, settings, host: bareHost(hostname), port: Number(port || 443) }
}

function databaseEndpoints({ url, directUrl, isPooled }: Config['postgres']): Endpoint[] {
  const addresses = [
    { name: 'database', setting: 'DATABASE_URL', address: url },
    { name: 'database-direct', setting: 'DATABASE_DIRECT_URL', address: isPooled ? directUrl : null },
  ]
  return addresses.flatMap(({ name, setting, address }) => {
    const route = address && routeOf({ connectionString: address.reveal() })
    if (!route?.isEncrypted || route.host.startsWith('/')) return []
    return [{ ...USUAL, ...route, name, settings: [setting], beginning: 'postgres' as const }]
  })
}

function redisEndpoints({ address, ca }: Config['redis']): Endpoint[] {
  if (!address?.isEncrypted) return []
  return address.nodes.map(({ host, port }) => ({
    ...USUAL,
    name: address.nodes.length === 1 ? 'redis' : `redis ${host}:${port}`,
    settings: ['REDIS_URL', 'REDIS_CA'],
    host,
    port,
    ca,
  }))
}

/** Amazon's own is not looked at. */
function storeEndpoint({ s3 }: Config['backup']): Endpoint | null {
  const address = s3?.endpoint ?? null
  return address === null ? null : fromUrl('backup-store', address, ['AWS_ENDPOINT_URL_S3'])
}

function mailEndpoints({ smtpUrl }: Config['mail']): Endpoint[] {
  if (smtpUrl === null) return []
  const { protocol, hostname, port, username } = new URL(smtpUrl.reveal())
  const known = { ...USUAL, name: 'mail', settings: ['SMTP_URL'], host: bareHost(hostname) }
  if (protocol === 'smtps:') return [{ ...known, port: Number(port || 465) }]
  const whenPlain = username === '' ? ('warn' as const) : ('fail' as const)
  return [{ ...known, port: Number(port || 587), beginning: 'smtp', whenPlain }]
}

function webhookEndpoints({ webhookUrl }: Config['notify']): Endpoint[] {
  const endpoint = webhookUrl && fromUrl('webhook', webhookUrl.reveal(), ['SOPHIA_NOTIFY_WEBHOOK'])
  return endpoint ? [{ ...endpoint, whenAway: 'fail' }] : []
}

function tracingEndpoints({ endpoint: address }: Config['tracing']): Endpoint[] {
  const endpoint = address === null ? null : fromUrl('otlp', address, ['OTEL_EXPORTER_OTLP_ENDPOINT'])
  return endpoint ? [{ ...endpoint, whenAway: 'fail' }] : []
}

function publicEndpoints({ publicUrl }: Config['http']): Endpoint[] {
  const endpoint = publicUrl === null ? null : fromUrl('public-url', publicUrl, ['SOPHIA_PUBLIC_URL'])
  return endpoint ? [{ ...endpoint, whenAway: 'warn' }] : []
}
