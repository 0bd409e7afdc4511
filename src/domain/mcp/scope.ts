/** Scopes of OAuth (RFC 6749, 3.3): names with spaces between them, in any order. */

const NAME = /^[\u{21}\u{23}-\u{5B}\u{5D}-\u{7E}]{1,200}$/u
/** More than any server needs; what one names is repeated to people and asked for at sign-ins. */
const MOST_WANTED = 50

/** The names in the text, each once, in their order; what the standard does not allow, or is overlong, is left out. */
export function readScope(text: string | null | undefined): string[] {
  return [...new Set(text?.split(/\s+/).filter((name) => NAME.test(name)))]
}

/** All of them as one text, each name once; null when there is none. */
export function joinScopes(...texts: readonly (string | null | undefined)[]): string | null {
  const names = new Set(texts.flatMap(readScope))
  return names.size === 0 ? null : [...names].join(' ')
}

/** What of the wanted is not held; null when nothing is missing. Null for `held` means that nothing is known to be held. */
export function missingScope(wanted: string | null, held: string | null): string | null {
  const has = new Set(readScope(held))
  return joinScopes(
    readScope(wanted)
      .filter((name) => !has.has(name))
      .join(' '),
  )
}

/** What a server wanted before with what it wants now, newest last. A server that goes on naming others is remembered up to a limit. */
export function rememberScopes(before: string | null, now: string | null): string | null {
  return joinScopes(readScope(joinScopes(before, now)).slice(0, MOST_WANTED).join(' '))
}
