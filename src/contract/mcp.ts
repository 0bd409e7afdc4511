import { z } from 'zod'
import { Instant } from './common.ts'

/** Servers that speak the Model Context Protocol: what is known of them, what they offer, and what may be asked of them. */

export const ServerId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a to z, 0 to 9 and hyphens, at most 40')
/** `server__tool`, as a model sees it. */
export const ToolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

export const ServerState = z.enum([
  'unknown',
  'connecting',
  'healthy',
  'degraded',
  'unhealthy',
  'quarantined',
  'maintenance',
  'disabled',
])
export const ServerAuth = z.enum([
  'not_required',
  'authorized',
  'expiring',
  'needs_authorization',
  'needs_reauth',
  'needs_wider_scope',
  'per_user',
  'error',
])
/** `shared`: one sign-in for all; `member`: each person signs in for themselves. */
export const ServerCredentials = z.enum(['none', 'shared', 'member'])
export const ServerBreaker = z.enum(['closed', 'open', 'half_open'])
export const ProbeKind = z.enum(['discover', 'ping', 'tools_list', 'reachability', 'process', 'none'])
export const FaultClass = z.enum([
  'transport',
  'dns',
  'tls',
  'timeout',
  'http',
  'auth',
  'protocol',
  'session_lost',
  'rpc',
  'invalid_response',
  'process_exit',
  'capability_drift',
])

const Percentiles = { n: z.int(), p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() }

/** How one probe ended; `outcome` is `ok` or the class of the fault. */
export const ProbePoint = z.strictObject({ at: Instant, outcome: z.string(), ms: z.number() })
export const Transition = z.strictObject({
  at: Instant,
  from: ServerState,
  to: ServerState,
  reason: z.string(),
})
export const ServerFault = z.strictObject({
  at: Instant,
  class: FaultClass,
  code: z.union([z.int(), z.string()]).nullable(),
  httpStatus: z.int().nullable(),
  message: z.string(),
  correlationId: z.string().nullable(),
  count1h: z.int(),
})

/** What everybody may know of a server whose tools they may use. */
const Known = {
  id: ServerId,
  name: z.string(),
  state: ServerState,
  /** Where each member signs in for themselves: `per_user`, unless the reader's own sign-in is too narrow. */
  auth: ServerAuth,
  credentials: ServerCredentials,
  /** What a wider sign-in would have to hold (OAuth scopes), as the server named it; null where none is wanted. */
  wantedScope: z.string().nullable(),
  serving: z.boolean(),
  /** Why it serves or does not: `ok`, `p95_over_slo`, `needs_authorization`, `breaker_open` ... */
  reason: z.string(),
  /** The same in words. */
  says: z.string(),
  since: Instant.nullable(),
}

export const ServerSummary = z.strictObject({ ...Known, detail: z.null() })

const ServerDetail = z.strictObject({
  source: z.enum(['file', 'api']),
  critical: z.boolean(),
  enabled: z.boolean(),
  transport: z.enum(['streamable-http', 'stdio']),
  /** Address or command; never a query, a header or an argument. */
  target: z.string(),
  breaker: ServerBreaker,
  previousState: ServerState.nullable(),
  transitions1h: z.int(),
  flapping: z.boolean(),
  suppressedUntil: Instant.nullable(),
  protocol: z.strictObject({
    era: z.enum(['modern', 'legacy']).nullable(),
    version: z.string().nullable(),
    supported: z.array(z.string()),
    verdictAt: Instant.nullable(),
    server: z.strictObject({ name: z.string(), version: z.string() }).nullable(),
  }),
  probe: z.strictObject({
    kind: ProbeKind,
    intervalMs: z.int(),
    timeoutMs: z.int(),
    lastAt: Instant.nullable(),
    /** Which process asked then, as its `monitor.instance`. */
    by: z.string().nullable(),
    lastOkAt: Instant.nullable(),
    lastOutcome: z.string().nullable(),
    lastMs: z.number().nullable(),
    nextAt: Instant.nullable(),
    consecutiveFailures: z.int(),
    consecutiveSuccesses: z.int(),
    /** Nothing was heard for longer than it should have been: what is said here may be out of date. */
    stale: z.boolean(),
  }),
  latency: z.strictObject({
    window: z.literal('15m'),
    ...Percentiles,
    ewma: z.number().nullable(),
    calls: z.strictObject({ window: z.literal('15m'), ...Percentiles, errorRate: z.number().nullable() }),
  }),
  /** Share of probes and calls that ended well, 0 to 1; null where nothing was asked. */
  availability: z.strictObject({
    '5m': z.number().nullable(),
    '1h': z.number().nullable(),
    '24h': z.number().nullable(),
  }),
  lastError: ServerFault.nullable(),
  capabilities: z.strictObject({
    hash: z.string().nullable(),
    tools: z.int(),
    prompts: z.int().nullable(),
    resources: z.int().nullable(),
    changedAt: Instant.nullable(),
    previousHash: z.string().nullable(),
    /** Tools that changed or came since they were approved. */
    drift: z.boolean(),
    missingExpected: z.array(z.string()),
  }),
  session: z.strictObject({
    reconnects1h: z.int(),
    lastReconnectAt: Instant.nullable(),
    lastReconnectCause: z.string().nullable(),
  }),
  process: z.strictObject({ pid: z.int().nullable(), restarts24h: z.int(), exitCode: z.int().nullable() }).nullable(),
  /** The last ones, oldest first; empty in the list unless `verbose=1`. */
  history: z.strictObject({ probes: z.array(ProbePoint), transitions: z.array(Transition) }),
})

/** A server as its status tells it; `detail` is null for whoever may not see more. */
export const ServerStatus = z.strictObject({ ...Known, detail: ServerDetail.nullable() })
export type ServerStatus = z.infer<typeof ServerStatus>

export const McpStatus = z.strictObject({
  version: z.literal(1),
  generatedAt: Instant,
  uptimeSeconds: z.int(),
  /** `down` only when a server that is marked critical is down. */
  overall: z.enum(['ok', 'degraded', 'down', 'unknown']),
  monitor: z.strictObject({
    running: z.boolean(),
    instance: z.string(),
    /** Servers that this process probes; others belong to other processes. */
    probing: z.int(),
    /** When this process last read what all of them know; null before the first time. */
    asOf: Instant.nullable(),
    lastSweepAt: Instant.nullable(),
    lagMs: z.int(),
    /** Faults of the file of servers, with line and reason; the last good one stays in force. */
    faults: z.array(z.string()),
  }),
  counts: z.strictObject({
    total: z.int(),
    healthy: z.int(),
    degraded: z.int(),
    unhealthy: z.int(),
    unknown: z.int(),
    disabled: z.int(),
    needsAuth: z.int(),
  }),
  servers: z.array(ServerStatus),
})
export type McpStatus = z.infer<typeof McpStatus>

export const StatusQuery = z.strictObject({
  verbose: z.enum(['0', '1']).optional(),
  /** Only these, with commas between. */
  server: z.string().max(1000).optional(),
})

export const ProbeAnswer = z.strictObject({
  outcome: z.string(),
  ms: z.number(),
  message: z.string().nullable(),
  server: ServerStatus,
})

const HeaderName = z.string().regex(/^[A-Za-z0-9-]{1,80}$/)
const OAuthClient = z.strictObject({
  clientId: z.string().min(1).max(400),
  clientSecret: z.string().min(1).max(1000).optional(),
  scope: z.string().max(400).optional(),
})

/** A server that speaks streamable HTTP; others come from the file on disk only. */
export const NewServer = z.strictObject({
  id: ServerId,
  name: z.string().trim().min(1).max(80),
  url: z.url({ protocol: /^https?$/ }).max(2000),
  /** Sent with each request; stored encrypted and never shown again. */
  headers: z.record(HeaderName, z.string().max(4000)).optional(),
  critical: z.boolean().optional(),
  expectedTools: z.array(z.string().max(128)).max(200).optional(),
  credentials: ServerCredentials.optional(),
  /** A client registered with the authorization server beforehand. */
  oauth: OAuthClient.optional(),
})
export type NewServer = z.infer<typeof NewServer>
export const ServerChange = NewServer.omit({ id: true })
  .partial()
  .extend({ enabled: z.boolean().optional() })
  .refine((change) => Object.keys(change).length > 0, 'name at least one change')
export type ServerChange = z.infer<typeof ServerChange>

export const ServerRecord = z.strictObject({
  id: ServerId,
  name: z.string(),
  source: z.enum(['file', 'api']),
  transport: z.enum(['streamable-http', 'stdio']),
  target: z.string(),
  /** Names only. */
  headers: z.array(z.string()),
  critical: z.boolean(),
  enabled: z.boolean(),
  expectedTools: z.array(z.string()),
  credentials: ServerCredentials,
})
export type ServerRecord = z.infer<typeof ServerRecord>
export const ServerList = z.strictObject({ items: z.array(ServerRecord) })

export const ToolState = z.enum(['approved', 'changed', 'new', 'gone'])
export const Tool = z.strictObject({
  name: ToolName,
  server: ServerId,
  /** As the server calls it. */
  tool: z.string(),
  title: z.string(),
  description: z.string(),
  effect: z.enum(['read', 'write']),
  /** `approved` ones may be called; the others wait for somebody who may approve them. */
  state: ToolState,
  hash: z.string(),
  /** Lines of what changed since it was approved: `-` before, `+` now. */
  diff: z.array(z.string()),
  seenAt: Instant,
  approvedAt: Instant.nullable(),
  inputSchema: z.record(z.string(), z.unknown()),
  serving: z.boolean(),
})
export type Tool = z.infer<typeof Tool>
export const ToolList = z.strictObject({ items: z.array(Tool) })

/** Which tools to approve as they are now; all of the server's when none is named. */
export const Approval = z.strictObject({
  tools: z.array(z.string().max(128)).max(500).optional(),
  /** By tool, the `hash` that was looked at: one that has changed again since is left as it was. */
  hashes: z.record(z.string().max(128), z.string().max(80)).optional(),
})

export const ToolCall = z.strictObject({
  input: z.record(z.string(), z.unknown()).default({}),
  /** The same key again gives the same answer, and what it does happens once. Needed for tools that write. */
  idempotencyKey: z.string().min(8).max(200).optional(),
})
export const ToolAnswer = z.strictObject({
  ok: z.boolean(),
  text: z.string(),
  structured: z.unknown(),
  server: ServerId,
  tool: z.string(),
  ms: z.number(),
  cached: z.boolean(),
})
export type ToolAnswer = z.infer<typeof ToolAnswer>

/** What goes out over the stream of transitions and the socket's topic `mcp-status`. */
export const StatusEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('state-change'),
    at: Instant,
    server: ServerId,
    from: ServerState,
    to: ServerState,
    reason: z.string(),
  }),
  z.strictObject({
    type: z.literal('drift'),
    at: Instant,
    server: ServerId,
    changed: z.array(z.string()),
    added: z.array(z.string()),
    removed: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('flap'), at: Instant, server: ServerId, until: Instant }),
  z.strictObject({ type: z.literal('probe'), at: Instant, server: ServerId, outcome: z.string(), ms: z.number() }),
  z.strictObject({ type: z.literal('servers-changed'), at: Instant }),
])
export type StatusEvent = z.infer<typeof StatusEvent>

/** Sophia as a client of authorization servers (OAuth Client ID Metadata Document): facts, and no secret. */
export const ClientDocument = z.strictObject({
  client_id: z.url(),
  client_name: z.string(),
  redirect_uris: z.array(z.url()),
  grant_types: z.array(z.string()),
  response_types: z.array(z.string()),
  token_endpoint_auth_method: z.literal('none'),
})

export const SignInStart = z.strictObject({ url: z.url() })

/**
 * What became at the other side of a sign-in that is gone here. `not-offered`: it cannot be ended there before its time;
 * `failed`: it may hold there until it ends by itself; `nothing-held`: there was none.
 */
export const Revocation = z.enum(['revoked', 'not-offered', 'failed', 'nothing-held'])
export const SignedOut = z.strictObject({ done: z.literal(true), revocation: Revocation })
export type SignedOut = z.infer<typeof SignedOut>

/** Why a sign-in that led away and back did not succeed; in the address one comes back to. `state-unknown`: unknown, used, too old, or somebody else's. */
export const SignInFailure = z.enum([
  'state-unknown',
  'refused',
  'scope-refused',
  'issuer-mismatch',
  'not-permitted',
  'connection-changed',
  'unreachable',
  'failed',
])
