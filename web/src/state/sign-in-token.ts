/** The token of `/sign-in#token=...`, or null. */
export function tokenOf(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token')
  return token !== null && token.length >= 20 ? token : null
}
