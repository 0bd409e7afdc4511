import { joinScopes, missingScope } from '#domain/mcp/scope.ts'
import { beginSignIn, type Beginning } from '#platform/mcp-client/begin-sign-in.ts'
import { redeemCode, type Grant, type OAuthClient } from '#platform/mcp-client/oauth-grant.ts'
import { ScopeRefusal, type CredentialSource } from '#platform/mcp-client/scope-refusal.ts'
import { SignInNeeded } from '#platform/mcp-client/sign-in-needed.ts'

interface SignInNeeds {
  readonly serverUrl: string
  readonly fetch: typeof fetch
  readonly registered: Beginning['registered']
}

export interface SignIn {
  readonly provider: CredentialSource
  /** What a person does after a refusal: begins, goes where they are sent, agrees, and comes back with a code. */
  agree(): Promise<void>
}

const CALLBACK = 'http://127.0.0.1:8000/api/mcp/oauth/callback'

/** The address that the suite looks for; it reads nothing there. */
const DOCUMENT = 'https://conformance-test.local/client-metadata.json'

/** The hub's own sign-in, kept in memory instead of the database, with a person in front of it who agrees to everything. */
export function createSignIn({ serverUrl, fetch: send, registered }: SignInNeeds): SignIn {
  let grant: Grant | null = null
  let known: OAuthClient | null = null
  let wanted: string | null = null
  return {
    provider: {
      token: () => Promise.resolve(grant?.accessToken),
      onUnauthorized: () => Promise.reject(new SignInNeeded('Sign in to it.')),
      async refusalOf(scope) {
        const missing = missingScope(joinScopes(scope), grant?.scope ?? null)
        wanted = joinScopes(wanted, missing)
        return new ScopeRefusal(`It wants the scope ${scope}.`, { isHeld: missing === null })
      },
    },
    async agree() {
      const state = crypto.randomUUID()
      const { url, flow } = await beginSignIn({
        serverUrl,
        redirectUrl: CALLBACK,
        state,
        registered,
        known,
        documentUrl: DOCUMENT,
        documentRefusedBy: null,
        beyond: wanted === null ? null : joinScopes(grant?.scope, wanted),
        fetch: send,
      })
      known = registered === null ? flow.client : null
      const back = await follow(url, send)
      if (back.get('state') !== state) throw new Error('The authorization server sent back another state.')
      const answer = { code: back.get('code') ?? undefined, iss: back.get('iss') ?? undefined }
      grant = await redeemCode(flow, answer, { fetch: send, now: new Date() })
    },
  }
}

/** What the address holds that the browser would be sent back to. */
async function follow(url: string, send: typeof fetch): Promise<URLSearchParams> {
  const answer = await send(url, { redirect: 'manual' })
  const location = answer.headers.get('location')
  if (location === null) throw new Error(`${new URL(url).origin} sends nobody back (HTTP ${answer.status}).`)
  return new URL(location).searchParams
}
