import type { McpStatus, ServerRecord, ServerStatus, SignedOut, Tool } from '#contract/mcp.ts'
import type { Signal } from './skill-figures.ts'
import { countWords, labelWords, NO_BREAK, plural } from './words.ts'

export type ServerDetail = NonNullable<ServerStatus['detail']>
type State = ServerStatus['state']

/** A space that keeps a number and its unit on one line. */
/** Below this many a percentile says nothing. */
const ENOUGH = 5

const STATES: Readonly<Record<State, { readonly signal: Signal; readonly words: string }>> = {
  unknown: { signal: 'unknown', words: 'Unknown' },
  connecting: { signal: 'unknown', words: 'Connecting' },
  healthy: { signal: 'good', words: 'Healthy' },
  degraded: { signal: 'watch', words: 'Degraded' },
  unhealthy: { signal: 'risk', words: 'Unhealthy' },
  quarantined: { signal: 'watch', words: 'Held back' },
  maintenance: { signal: 'unknown', words: 'In maintenance' },
  disabled: { signal: 'unknown', words: 'Switched off' },
}

/** The state as a word and a signal; good only for what was measured and is not out of date. */
export function stateLook(server: Pick<ServerStatus, 'state' | 'detail'>): { signal: Signal; words: string } {
  const { detail, state } = server
  if (state !== 'healthy' || detail === null) return STATES[state]
  if (detail.probe.lastOkAt === null) return { signal: 'unknown', words: 'Not measured yet' }
  return detail.probe.stale ? { signal: 'unknown', words: 'Healthy when last heard' } : STATES.healthy
}

export function stateWords(state: State): string {
  return STATES[state].words
}

export const AUTH_WORDS: Readonly<Record<ServerStatus['auth'], string>> = {
  not_required: 'No sign-in needed',
  authorized: 'Signed in',
  expiring: 'Signed in, ends soon',
  needs_authorization: 'Waits for a sign-in',
  needs_reauth: 'Sign-in ran out',
  needs_wider_scope: 'Wants a wider sign-in',
  per_user: 'Each person signs in',
  error: 'Sign-in fails',
}
export const AUTH_NEEDS_SOMEBODY: ReadonlySet<ServerStatus['auth']> = new Set([
  'needs_authorization',
  'needs_reauth',
  'needs_wider_scope',
  'error',
])

const REVOCATIONS: Readonly<Record<SignedOut['revocation'], string>> = {
  revoked: 'Signed out, here and where the access was given.',
  'not-offered': 'Signed out here. The other side ends no access before its time; take it away there if that matters.',
  failed:
    'Signed out here. The other side could not be told and may keep the access until it ends; take it away there.',
  'nothing-held': 'There was no sign-in to end.',
}

/** What became of a sign-in that was ended here. */
export function revocationWords(revocation: SignedOut['revocation']): string {
  return REVOCATIONS[revocation]
}

export const BREAKER_WORDS: Readonly<Record<ServerDetail['breaker'], string>> = {
  closed: 'Calls go through',
  open: 'Calls are held back after failures',
  half_open: 'One call goes through to try',
}

const OUTCOMES: Readonly<Record<string, string>> = {
  ok: 'Answered',
  transport: 'Connection failed',
  dns: 'Name not found',
  tls: 'Certificate not trusted',
  timeout: 'Took too long',
  http: 'Refused over HTTP',
  auth: 'Not let in',
  protocol: 'Broke the protocol',
  session_lost: 'Session lost',
  rpc: 'Answered with an error',
  invalid_response: 'Answer not readable',
  process_exit: 'Its process ended',
  capability_drift: 'Its tools changed',
}

/** How a probe or a call ended; a class this page does not know keeps its own name. */
export function outcomeWords(outcome: string): string {
  return OUTCOMES[outcome] ?? labelWords(outcome)
}

export const PROBE_WORDS: Readonly<Record<ServerDetail['probe']['kind'], string>> = {
  discover: 'asks what it offers',
  ping: 'pings its session',
  tools_list: 'lists its tools',
  reachability: 'only whether it can be reached',
  process: 'only whether its process lives',
  none: 'nothing is asked',
}

export const CREDENTIAL_WORDS: Readonly<Record<ServerRecord['credentials'], string>> = {
  none: 'None',
  shared: 'One sign-in for everybody',
  member: 'Each person signs in for themselves',
}

const TOOL_STATES: Readonly<Record<Tool['state'], { readonly signal: Signal; readonly words: string }>> = {
  approved: { signal: 'good', words: 'Approved' },
  changed: { signal: 'risk', words: 'Changed' },
  new: { signal: 'watch', words: 'New' },
  gone: { signal: 'unknown', words: 'Gone' },
}

export function toolLook(tool: Pick<Tool, 'state'>): { signal: Signal; words: string } {
  return TOOL_STATES[tool.state]
}

/** Tools that cannot be called before somebody says yes. */
export function isWaiting(tool: Pick<Tool, 'state'>): boolean {
  return tool.state === 'changed' || tool.state === 'new'
}

/** `7.9 ms`, `142 ms`, `1.2 s`. */
export function msWords(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)}${NO_BREAK}s`
  return `${ms > 0 && ms < 10 ? ms.toFixed(1) : Math.round(ms)}${NO_BREAK}ms`
}

/** What a set of percentiles lacks; null when it can be told. */
export function tooFewWords(n: number, what: 'probe' | 'call'): string | null {
  if (n >= ENOUGH) return null
  return n === 0 ? `No ${what}s in 15 min` : `Too few ${what}s to tell (${n})`
}

/** Cut, not rounded: 100 % is said only of what never failed. */
export function shareWords(share: number | null): string {
  if (share === null) return 'not asked'
  const percent = share * 100
  const digits = share < 1 && share > 0.98 ? 2 : share < 1 && share > 0 ? 1 : 0
  const cut = Math.floor(percent * 10 ** digits + 1e-9) / 10 ** digits
  return `${cut.toFixed(digits)}${NO_BREAK}%`
}

/** An error rate; a small one is never said to be none. */
export function rateWords(rate: number | null): string {
  if (rate === null) return 'unknown'
  if (rate === 0) return `0${NO_BREAK}%`
  return rate < 0.001 ? `<${NO_BREAK}0.1${NO_BREAK}%` : `${(rate * 100).toFixed(1)}${NO_BREAK}%`
}

/** Seconds to come in steps, so that a wall of them stays calm. */
export function countdownWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds <= 0) return 'due now'
  if (seconds <= 5) return 'in a moment'
  if (seconds <= 60) return `in ${Math.ceil(seconds / 5) * 5}${NO_BREAK}s`
  const minutes = Math.ceil(seconds / 60)
  return minutes <= 60 ? `in ${minutes}${NO_BREAK}min` : `in ${Math.ceil(minutes / 60)}${NO_BREAK}h`
}

/** Seconds gone by, in the same steps. */
export function agoWords(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${Math.floor(seconds / 5) * 5}${NO_BREAK}s ago`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes}${NO_BREAK}min ago` : `${Math.floor(minutes / 60)}${NO_BREAK}h ago`
}

/** How long something has been as it is. */
export function forWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'since just now'
  if (minutes < 60) return `for ${minutes}${NO_BREAK}min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `for ${hours}${NO_BREAK}h` : `for ${Math.floor(hours / 24)} days`
}

/** The verdict over all connections, in a sentence. */
export function verdictWords({ overall, counts, servers }: McpStatus): string {
  if (counts.total === 0) return 'There is no connection yet.'
  const look = servers.filter(needsLook).length
  if (overall === 'down') {
    const down = servers.filter((one) => one.detail?.critical === true && one.state === 'unhealthy')
    const names = down.map((one) => one.name).join(', ')
    return names === '' ? 'A critical connection is down.' : `Down and critical: ${names}.`
  }
  if (overall === 'unknown') return 'Nothing was measured yet, so nothing can be said.'
  if (look > 0)
    return `${plural(look, 'connection')} of ${countWords(counts.total)} ${look === 1 ? 'needs' : 'need'} a look.`
  return overall === 'ok' ? 'What could be measured works.' : 'Something works less well than it should.'
}

export function verdictSignal(overall: McpStatus['overall']): Signal {
  return ({ ok: 'good', degraded: 'watch', down: 'risk', unknown: 'unknown' } as const)[overall]
}

function needsLook(server: ServerStatus): boolean {
  return attentionOf(server) < 4
}

/** 0 is looked at first. */
function attentionOf(server: ServerStatus): number {
  if (server.state === 'disabled') return 6
  if (server.state === 'unhealthy') return server.detail?.critical === true ? 0 : 1
  if (server.state === 'quarantined' || AUTH_NEEDS_SOMEBODY.has(server.auth)) return 2
  if (server.state === 'degraded' || server.detail?.capabilities.drift === true) return 3
  return stateLook(server).signal === 'good' ? 5 : 4
}

/** Those that need somebody first, then by name. */
export function orderServers(servers: readonly ServerStatus[]): ServerStatus[] {
  return servers.toSorted((one, other) => attentionOf(one) - attentionOf(other) || one.name.localeCompare(other.name))
}

/** `https://crm.example/mcp` without what every address begins with. */
export function targetWords(target: string): string {
  return target.replace(/^https:\/\//, '').replace(/\/$/, '')
}

const REASONS: Readonly<Record<string, string>> = {
  ok: 'answered as it should',
  recovering: 'answers again, watched for a while',
  not_probed_yet: 'not asked yet',
  p95_over_slo: 'slower than it may be',
  error_rate: 'too many errors',
  flapping: 'changes too often to be trusted',
  breaker_open: 'calls failed in a row',
  connecting: 'the first look is under way',
  disabled: 'switched off by somebody',
  needs_authorization: 'wants a sign-in',
  needs_reauth: 'the sign-in ran out',
  needs_wider_scope: 'wants a wider sign-in',
  per_user: 'each person signs in',
  expected_tools_missing: 'expected tools are missing',
}

/** Why a state changed; a reason this page does not know keeps its own name. */
export function reasonWords(reason: string): string {
  const known = REASONS[reason] ?? OUTCOMES[reason] ?? labelWords(reason)
  return known.charAt(0).toLowerCase() + known.slice(1)
}

type Filters = Readonly<{ search: string; state: string }>

/** What the search and the filter of the page leave. */
export function matchServers(servers: readonly ServerStatus[], { search, state }: Filters): ServerStatus[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return servers.filter((server) => {
    const text = `${server.name} ${server.id} ${server.detail?.target ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word)) && (state === '' || isIn(server, state))
  })
}

function isIn(server: ServerStatus, state: string): boolean {
  if (state === 'attention') return needsLook(server)
  if (state === 'sign-in') return AUTH_NEEDS_SOMEBODY.has(server.auth)
  return server.state === state
}
