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
