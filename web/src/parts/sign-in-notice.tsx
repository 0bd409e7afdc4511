import { useLocation, useSearch } from 'wouter'
import type { ServerStatus } from '#contract/mcp.ts'
import { signInFailureWords } from '../state/sign-in-words.ts'
import { Button } from './button.tsx'

/** What became of a sign-in that led away from here and back. */
export function SignInNotice({ servers }: { servers: readonly ServerStatus[] }) {
  const [path, go] = useLocation()
  const parts = new URLSearchParams(useSearch())
  const signedIn = parts.get('signed-in')
  const failed = parts.get('sign-in-failed')
  if (signedIn === null && failed === null) return null
  const name = servers.find((server) => server.id === signedIn)?.name ?? signedIn
  return (
    <div className={failed === null ? 'notice notice-good' : 'notice notice-risk'} role="status">
      {failed === null ? (
        <p>
          <strong>Signed in to {name}.</strong> It is probed with the new sign-in now.
        </p>
      ) : (
        <p>
          <strong>The sign-in did not succeed.</strong> {signInFailureWords(failed)}
        </p>
      )}
      <Button look="bare" onClick={() => go(path, { replace: true })}>
        Understood
      </Button>
    </div>
  )
}
