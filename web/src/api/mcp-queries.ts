import { queryOptions } from '@tanstack/react-query'
import { McpStatus, ServerList, ServerStatus, ToolList } from '#contract/mcp.ts'
import { call } from './client.ts'

const part = encodeURIComponent
/** The stream says when something changed; this is for what it may miss. */
const LOOK_AGAIN_MS = 30_000

export const statusQuery = queryOptions({
  queryKey: ['mcp', 'status'],
  queryFn: ({ signal }) => call(McpStatus, '/api/mcp/status', { query: { verbose: 1 }, signal }),
  refetchInterval: LOOK_AGAIN_MS,
})
export const serverStatusQuery = (id: string) =>
  queryOptions({
    queryKey: ['mcp', 'status', id],
    queryFn: ({ signal }) => call(ServerStatus, `/api/mcp/status/${part(id)}`, { signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
export const serversQuery = queryOptions({
  queryKey: ['mcp', 'servers'],
  queryFn: ({ signal }) => call(ServerList, '/api/mcp/servers', { signal }),
})
export const toolsQuery = (serverId: string) =>
  queryOptions({
    queryKey: ['mcp', 'tools', serverId],
    queryFn: ({ signal }) => call(ToolList, '/api/mcp/tools', { query: { server: serverId }, signal }),
  })
