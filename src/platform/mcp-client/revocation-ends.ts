import { z } from 'zod'

/** Where an authorization server ends what it gave (RFC 7009), as it says in its metadata. */
export interface RevocationEnds {
  readonly revocation_endpoint?: string | undefined
  readonly revocation_endpoint_auth_methods_supported?: string[] | undefined
}

const Told = z.object({
  issuer: z.string(),
  revocation_endpoint: z.url().optional().catch(undefined),
  revocation_endpoint_auth_methods_supported: z.array(z.string()).optional().catch(undefined),
})

/**
 * The same fetch, listening for those ends: of metadata in the form of OpenID Connect the SDK keeps only what it knows, and
 * that is not among it.
 */
export function hearRevocationEnds(send: typeof fetch): {
  readonly fetch: typeof fetch
  /** What the authorization server of this name said. */
  of(issuer: string): RevocationEnds
} {
  const heard = new Map<string, RevocationEnds>()
  return {
    fetch: async (input, init) => {
      const answer = await send(input, init)
      if (!answer.ok || !answer.url.includes('/.well-known/')) return answer
      const body: unknown = await answer
        .clone()
        .json()
        // Whoever reads the answer itself says what is wrong with it.
        .catch(() => null)
      const told = Told.safeParse(body)
      if (told.success) {
        const { issuer, ...ends } = told.data
        heard.set(issuer, ends)
      }
      return answer
    },
    of: (issuer) => heard.get(issuer) ?? {},
  }
}
