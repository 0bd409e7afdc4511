import type { z } from 'zod'
import type { ClientDocument } from '#contract/mcp.ts'
import { isLoopback } from '#platform/config/config.ts'
import { bareHost } from '#platform/network/address-guard.ts'
import { CLIENT_FACTS } from '#platform/mcp-client/begin-sign-in.ts'

const CALLBACK = '/api/mcp/oauth/callback'
const DOCUMENT = '/api/mcp/oauth/client.json'

/** Where authorization servers send a browser back to. */
export function callbackUrl(publicUrl: string): string {
  return new URL(CALLBACK, publicUrl).href
}

/**
 * What Sophia tells authorization servers of herself (Client ID Metadata Document); its address is her name there. Null where
 * none of them could read it: without https, and on this machine alone.
 */
export function clientDocument(publicUrl: string): z.infer<typeof ClientDocument> | null {
  const { protocol, hostname, origin } = new URL(publicUrl)
  const host = bareHost(hostname)
  if (protocol !== 'https:' || isLoopback(host) || host.endsWith('.localhost')) return null
  return {
    ...CLIENT_FACTS,
    client_id: `${origin}${DOCUMENT}`,
    redirect_uris: [callbackUrl(publicUrl)],
    // What is read by everybody can hold no secret.
    token_endpoint_auth_method: 'none',
  }
}
