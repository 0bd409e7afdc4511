import { extractWWWAuthenticateParams, type AuthProvider } from '@modelcontextprotocol/client'

/**
 * Thrown into a request that its server refused for want of scope. Said to people as it is. `isHeld`: the sign-in has what
 * the server names, or the server names nothing, so that a new sign-in would change nothing.
 */
export class ScopeRefusal extends Error {
  readonly isHeld: boolean

  constructor(message: string, { isHeld }: { readonly isHeld: boolean }) {
    super(message)
    this.name = 'ScopeRefusal'
    this.isHeld = isHeld
  }
}

/** Puts credentials on requests, and knows what a refusal for want of scope means for them. */
export interface CredentialSource extends AuthProvider {
  /** What the request fails with when the server answered `insufficient_scope`; the scope is what the server named. */
  refusalOf?(scope: string | undefined): Promise<Error>
}

/** What a refusal (401) says of scopes. `isInvalid`: that the token itself is at fault, whatever scope stands beside it. */
export function scopeChallenge(answer: Response): { readonly scope: string | undefined; readonly isInvalid: boolean } {
  const { scope, error } = extractWWWAuthenticateParams(answer)
  return { scope, isInvalid: error === 'invalid_token' }
}
