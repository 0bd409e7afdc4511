import { canonicalJson } from '#domain/canonical-json.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import type { McpTarget } from '#platform/mcp-client/mcp-connection.ts'

/** A client that was registered with an authorization server beforehand. */
export interface RegisteredClient {
  readonly clientId: string
  readonly clientSecret?: string | undefined
  readonly scope?: string | undefined
}

/** A server as somebody set it up, in the file or on screen. */
export interface ServerDefinition {
  readonly id: string
  readonly name: string
  readonly source: 'file' | 'api'
  readonly target: McpTarget
  readonly isCritical: boolean
  readonly isEnabled: boolean
  readonly expectedTools: readonly string[]
  readonly credentials: 'none' | 'shared' | 'member'
  readonly client: RegisteredClient | null
}

/** What people may read of the target: no query, no header, no argument. */
export function targetText(target: McpTarget): string {
  if (target.kind === 'stdio') return target.command
  const { origin, pathname } = new URL(target.url)
  return `${origin}${pathname}`
}

/** What tells one set-up of a server from another. Of nothing secret: no query, no value of a header, no argument. */
export function setupOf({ target, credentials, client, expectedTools }: ServerDefinition): string {
  const names = Object.keys(target.kind === 'stdio' ? target.env : target.headers).toSorted()
  const place = {
    kind: target.kind,
    target: targetText(target),
    names,
    cwd: target.kind === 'stdio' ? target.cwd : null,
  }
  return contentHash(canonicalJson({ ...place, credentials, clientId: client?.clientId ?? null, expectedTools }))
}
