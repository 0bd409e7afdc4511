import { createAllowList, bareHost } from '#platform/network/address-guard.ts'

/** Where a file of events is fetched from. */
export interface EventAddress {
  /** May hold a secret in its path, as private addresses of calendar programs do: never told. */
  readonly href: string
  /** What is told of it instead: its host. */
  readonly label: string
}

const MOST_LENGTH = 2000

/** Whether a name of events is meant as an address, well written or not. */
export function isAddressLike(name: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(name)
}

/** Reads an address, or says in words why it is not taken. Plain http is for hosts inside that the operator names. */
export function readEventAddress(
  text: string,
  allowPrivate: readonly string[],
): EventAddress | { readonly refusal: string } {
  if (text.length > MOST_LENGTH) return { refusal: `An address has at most ${MOST_LENGTH} characters.` }
  if (/^webcals?:/i.test(text)) return { refusal: 'Write `https:` in place of `webcal:`.' }
  const url = URL.parse(text)
  if (!url) return { refusal: 'This is no address; write it as `https://calendar.example.com/board.ics`.' }
  const host = bareHost(url.hostname)
  const isAllowedInside = createAllowList(allowPrivate)(host, url.port || (url.protocol === 'https:' ? '443' : '80'))
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isAllowedInside)) {
    return { refusal: 'Events are fetched by `https:` only; by `http:` from hosts in SOPHIA_ALLOW_PRIVATE_NETWORK.' }
  }
  if (url.username !== '' || url.password !== '') {
    return { refusal: 'No name or password in an address: everybody who may read the file would know it.' }
  }
  url.hash = ''
  return { href: url.href, label: url.host }
}
