import { SignInFailure } from '#contract/mcp.ts'
import type { z } from 'zod'

const FAILURES: Readonly<Record<z.infer<typeof SignInFailure>, string>> = {
  'state-unknown':
    'Nothing was stored: this way back was used already, is too old, or was begun by somebody else. Sign in again from its card, and finish within ten minutes.',
  refused:
    'Nothing was stored: its sign-in page did not let Sophia in. Sign in again from its card and allow it there; if it still refuses, ask whoever looks after that system.',
  'scope-refused':
    'Nothing was stored: its sign-in page does not give what was asked for. Sign in again from its card: that asks for no more than the usual. If it is refused too, ask whoever set the connection up to look at its scope.',
  'issuer-mismatch':
    'Nothing was stored: the answer came from another sign-in page than the one this began at, which may be an attempt to trick you. Check the address of the connection before you sign in again.',
  'not-permitted':
    'Nothing was stored: your role may not sign in for this connection any more. Ask an owner or an admin to do it.',
  'connection-changed':
    'Nothing was stored: the connection was changed or removed while you were signing in. Look at it as it is now, then sign in again.',
  unreachable:
    'Nothing was stored: the page that gives access could not be reached. Try again in a few minutes; if it stays away, check the address of the connection.',
  failed:
    'Nothing was stored: the page that gives access answered in a way that cannot be used. Sign in again from its card; if it fails again, look at what is said under its last error.',
}
const UNKNOWN = 'Nothing was stored. Sign in again from its card.'

/**
 * What happened and what to do, for the code one comes back with. The address can be written by anybody, so what stands in it
 * is never shown.
 */
export function signInFailureWords(code: string): string {
  const known = SignInFailure.safeParse(code)
  return known.success ? FAILURES[known.data] : UNKNOWN
}
