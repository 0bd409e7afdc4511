import type { z } from 'zod'
import type { Revocation } from '#contract/mcp.ts'
import type { Log } from '#platform/log/log.ts'
import { OAuthFault } from '#platform/mcp-client/oauth-fault.ts'
import type { Grant } from '#platform/mcp-client/oauth-grant.ts'
import { revokeGrant } from '#platform/mcp-client/revoke-grant.ts'
import type { TakenRow } from './credentials-store.ts'
import { openTaken, type CredentialNeeds } from './credentials.ts'

/** Whoever signs out waits for no more than this: what was stored here is gone already. */
const LIMIT_MS = 3000
const AT_ONCE = 8

interface RevokeNeeds extends CredentialNeeds {
  readonly log: Log
}

interface Taken {
  readonly serverId: string
  readonly rows: readonly TakenRow[]
  /** The way to whoever gave them. */
  readonly fetch: typeof fetch
}

/**
 * Has ended at the other side what is no longer held here: as well as it goes, and within seconds. Of several the worst is
 * told; what could not be ended stands in the log, by reason and number.
 */
export async function revokeSignIns(
  needs: RevokeNeeds,
  { serverId, rows, fetch: send }: Taken,
): Promise<z.infer<typeof Revocation>> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  const left = rows.filter(({ sealed }) => sealed !== null)
  const outcomes: Outcome[] = []
  const work = async (): Promise<void> => {
    for (let row = left.pop(); row; row = left.pop())
      // Each worker takes one after the other.
      // oxlint-disable-next-line no-await-in-loop
      outcomes.push(await endOne(needs, { serverId, row }, { fetch: send, signal }))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  tell(needs.log, serverId, outcomes)
  if (outcomes.length === 0) return 'nothing-held'
  if (outcomes.some(({ reason }) => reason !== null)) return 'failed'
  return outcomes.some(({ end }) => end === 'revoked') ? 'revoked' : 'not-offered'
}

interface Unheld {
  readonly serverId: string
  readonly grant: Grant
  readonly fetch: typeof fetch
}

/** One that nobody holds any more by the time it was given. */
export async function revokeUnheld(log: Log, { serverId, grant, fetch: send }: Unheld): Promise<void> {
  tell(log, serverId, [await end(grant, { fetch: send, signal: AbortSignal.timeout(LIMIT_MS) })])
}

/** `reason` where it failed. */
interface Outcome {
  readonly end: 'revoked' | 'not-offered' | null
  readonly reason: string | null
}

type Way = Parameters<typeof revokeGrant>[1]

async function endOne(
  needs: RevokeNeeds,
  { serverId, row }: { readonly serverId: string; readonly row: TakenRow },
  way: Way,
): Promise<Outcome> {
  try {
    const grant = await openTaken(needs, serverId, row)
    return grant === null ? { end: 'not-offered', reason: null } : await end(grant, way)
  } catch {
    // Sealed with another key: the words of that error are for whoever wants to use it, which nobody does any more.
    return { end: null, reason: 'unreadable' }
  }
}

async function end(grant: Grant, way: Way): Promise<Outcome> {
  if (way.signal.aborted) return { end: null, reason: 'no-time-left' }
  try {
    return { end: await revokeGrant(grant, way), reason: null }
  } catch (error) {
    return { end: null, reason: error instanceof OAuthFault ? error.reason : 'failed' }
  }
}

function tell(log: Log, server: string, outcomes: readonly Outcome[]): void {
  const reasons = outcomes.flatMap(({ reason }) => (reason === null ? [] : [reason]))
  if (reasons.length === 0) return
  const told = { server, failed: reasons.length, of: outcomes.length, reasons: [...new Set(reasons)] }
  log.warn(
    told,
    'sign-ins to an MCP server could not be ended at the other side; they last there until they end by themselves',
  )
}
