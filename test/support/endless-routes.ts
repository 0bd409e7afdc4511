/** Routes whose answer goes on until the reader leaves: asked like the others, a test would wait for ever. */
export function isEndless({ path }: { readonly path: string }): boolean {
  return path === '/api/mcp/status/stream' || path === '/api/operations/stream'
}
