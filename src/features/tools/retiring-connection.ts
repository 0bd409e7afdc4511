import type { McpConnection } from '#platform/mcp-client/mcp-connection.ts'

/** A connection that can be let go while others still wait for their answers over it. */
export interface RetiringConnection extends McpConnection {
  /** Closes it once the last call over it has ended: a probe that failed is no reason to break a call that may succeed. */
  retire(): void
}

export function toRetiring(connection: McpConnection): RetiringConnection {
  let waiting = 0
  let isRetired = false
  const closeWhenIdle = (): void => {
    if (isRetired && waiting === 0) void connection.close()
  }
  return {
    ...connection,
    async call(request) {
      waiting += 1
      try {
        return await connection.call(request)
      } finally {
        waiting -= 1
        closeWhenIdle()
      }
    },
    retire() {
      isRetired = true
      closeWhenIdle()
    },
  }
}
