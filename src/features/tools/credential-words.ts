/**
 * What was known of credentials when they were last looked at. `narrow`: held, and the server wants more for something.
 * `failing`: they could not be read or renewed.
 */
export type CredentialStanding = 'none' | 'held' | 'narrow' | 'expiring' | 'refused' | 'failing'

/** Why a request goes without credentials that hold, for whoever made it. `fault` is what was met while they were read. */
export function standingWords(
  standing: CredentialStanding,
  { isShared, fault }: { readonly isShared: boolean; readonly fault: string },
): string {
  switch (standing) {
    case 'none':
      return isShared
        ? 'Nobody has signed in to it yet; somebody who manages connections can, on the page Connections.'
        : 'You have not signed in to it yet; do so on the page Connections.'
    case 'failing':
      return fault
    case 'refused':
      return 'The sign-in has ended and could not be renewed: sign in again on the page Connections.'
    case 'held':
    case 'narrow':
    case 'expiring':
      return 'It no longer takes the sign-in: sign in again on the page Connections.'
  }
}

/** What a wider sign-in is for, and who can make it. */
export function widerWords(scope: string, { isShared }: { readonly isShared: boolean }): string {
  const wish = `It wants a wider sign-in for this, with the scope "${scope}"`
  return isShared
    ? `${wish}: somebody who manages connections can sign in again on the page Connections and agree to it.`
    : `${wish}: sign in again on the page Connections and agree to it.`
}

/** A refusal that no new sign-in changes; null: the server does not say what it misses. */
export function finalWords(scope: string | null): string {
  return scope === null
    ? 'It finds the sign-in too narrow for this and does not say what is missing. Ask whoever runs the server.'
    : `It refuses this although the sign-in has the scope "${scope}" that it asks for. Ask whoever runs the server; signing in again would change nothing.`
}
