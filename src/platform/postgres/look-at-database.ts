import pg from 'pg'
import { z } from 'zod'
import { clientContext, grantContext, headersContext } from '#domain/mcp/secret-context.ts'
import type { ClockReference } from '#domain/doctor/judge-machine.ts'
import type { DatabaseFacts, SchemaFacts } from '#domain/doctor/judge-stores.ts'
import { DATABASE_RIGHTS, RightsRow } from './database-rights.ts'
import { toStatement } from './sql.ts'

/** What a database says of itself and of what Sophia has in it. */
export interface DatabaseLook extends DatabaseFacts {
  readonly applied: SchemaFacts['applied']
  readonly clock: Omit<ClockReference, 'name'>
  /** Of the last backup that any machine proved by schedule, later ones than its own time left out; null for none. */
  readonly lastBackupMs: number | null
  /** When this deployment began, which tells it from others; null: it has not yet. */
  readonly begunAt: Date | null
  /** Of all it holds. */
  readonly dataBytes: number
  /** The secret of each kind that was stored last, as it is sealed, and what for. */
  readonly sealed: readonly { readonly context: string; readonly bytes: Buffer }[]
}

const LIMIT_MS = 5000

const FactsRow = z.object({
  versionNumber: z.int(),
  version: z.string(),
  encoding: z.string(),
  isEncrypted: z.boolean().nullable(),
  isInRecovery: z.boolean(),
  isReadOnly: z.boolean(),
  maxConnections: z.int(),
  hasSchema: z.boolean(),
  hasBackupRuns: z.boolean(),
  hasSecrets: z.boolean(),
  dataBytes: z.coerce.number(),
})
const FACTS = `select current_setting('server_version_num')::int as "versionNumber", current_setting('server_version') as version,
  (select pg_encoding_to_char(encoding) from pg_database where datname = current_database()) as encoding,
  (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as "isEncrypted", pg_is_in_recovery() as "isInRecovery",
  current_setting('default_transaction_read_only')::bool as "isReadOnly",
  current_setting('max_connections')::int as "maxConnections", to_regclass('public.schema_migrations') is not null as "hasSchema",
  to_regclass('public.backup_runs') is not null as "hasBackupRuns", to_regclass('public.mcp_credentials') is not null as "hasSecrets", pg_database_size(current_database()) as "dataBytes"`
const Applied = z.array(z.object({ version: z.int(), name: z.string(), hash: z.string() }))
const Begun = z.object({ at: z.date().nullable() })
const Millis = z.object({ ms: z.coerce.number().nullable() })

const SECRETS = `(select 'headers' as kind, id as "serverId", null::text as "memberId", sealed_headers as bytes from public.mcp_servers
    where sealed_headers is not null order by updated_at desc limit 1)
  union all (select 'client', id, null, sealed_client from public.mcp_servers where sealed_client is not null order by updated_at desc limit 1)
  union all (select 'grant', server_id, member_id::text, sealed from public.mcp_credentials
    where sealed is not null order by updated_at desc limit 1)`
const Secrets = z.array(
  z
    .object({
      kind: z.enum(['headers', 'client', 'grant']),
      serverId: z.string(),
      memberId: z.string().nullable(),
      bytes: z.instanceof(Buffer),
    })
    .transform(({ bytes, ...of }) => ({ context: contextOf(of), bytes })),
)

function contextOf(secret: {
  kind: 'headers' | 'client' | 'grant'
  serverId: string
  memberId: string | null
}): string {
  if (secret.kind === 'grant') return grantContext(secret)
  return secret.kind === 'headers' ? headersContext(secret.serverId) : clientContext(secret.serverId)
}

/** Reads, on one connection of its own, and writes nothing. Throws what the driver met. */
export async function lookAtDatabase(connection: pg.ClientConfig): Promise<DatabaseLook> {
  // The driver knows a limit for each query that its types for a client have, too.
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: LIMIT_MS, query_timeout: LIMIT_MS })
  // Without a listener a connection that breaks between statements would end the process; the next statement tells.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const read = async (text: string): Promise<unknown[]> => (await client.query<Record<string, unknown>>(text)).rows
    const { hasSchema, hasBackupRuns, hasSecrets, ...facts } = FactsRow.parse((await read(FACTS))[0])
    const rights = RightsRow.parse((await read(toStatement(DATABASE_RIGHTS).text))[0])
    const clock = await compareClocks(read)
    const applied = hasSchema
      ? Applied.parse(await read('select version, name, hash from public.schema_migrations order by version'))
      : null
    const begun = hasSchema ? await read('select min(applied_at) as at from public.schema_migrations') : [{ at: null }]
    const lastRun = hasBackupRuns
      ? "select extract(epoch from max(started_at)) * 1000 as ms from public.backup_runs where status = 'verified' and started_at <= now()"
      : 'select null as ms'
    const lastBackupMs = Millis.parse((await read(lastRun))[0]).ms
    const sealed = Secrets.parse(hasSecrets ? await read(SECRETS) : [])
    return { ...facts, rights, sealed, applied, begunAt: Begun.parse(begun[0]).at, clock, lastBackupMs }
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** By the moment in the middle of the question, which is off by half of how long it took. */
async function compareClocks(read: (text: string) => Promise<unknown[]>): Promise<DatabaseLook['clock']> {
  const askedMs = Date.now()
  const [row] = await read('select extract(epoch from clock_timestamp()) * 1000 as ms')
  const answeredMs = Date.now()
  const { ms } = Millis.parse(row)
  const uncertaintyMs = (answeredMs - askedMs) / 2
  return { aheadMs: (ms ?? 0) - (askedMs + uncertaintyMs), uncertaintyMs }
}

/** Where a connection leads and how it is secured, by the driver's own reading of its address; never user or password. */
export interface DatabaseRoute {
  readonly host: string
  readonly port: number
  readonly isEncrypted: boolean
  /** Whether the server's certificate is looked at. */
  readonly isVerified: boolean
  readonly ca: string | null
}

const Ssl = z.union([
  z.boolean(),
  z.looseObject({ ca: z.string().optional(), rejectUnauthorized: z.boolean().optional() }),
])

/** Throws when a file that the address names cannot be read. */
export function routeOf(connection: pg.ClientConfig): DatabaseRoute {
  const { host, port, ssl: given } = new pg.Client(connection)
  const ssl = Ssl.catch(false).parse(given)
  const known = typeof ssl === 'boolean' ? {} : ssl
  return {
    host,
    port,
    isEncrypted: ssl !== false,
    isVerified: known.rejectUnauthorized !== false,
    ca: known.ca ?? null,
  }
}
