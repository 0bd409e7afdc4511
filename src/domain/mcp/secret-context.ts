/** What each sealed secret of a server is sealed for: moved elsewhere it does not open. */

export const headersContext = (serverId: string): string => `mcp-headers:${serverId}`

/** Of the client that was registered beforehand. */
export const clientContext = (serverId: string): string => `mcp-client:${serverId}`

/** Of what an authorization server gave, to one member or to everybody. */
export const grantContext = ({ serverId, memberId }: { serverId: string; memberId: string | null }): string =>
  `mcp-tokens:${serverId}:${memberId ?? 'everybody'}`
