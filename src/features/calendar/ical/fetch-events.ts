import { MOST_ICAL_BYTES } from './read-ical.ts'
import { readEventAddress, type EventAddress } from './event-address.ts'

/** What a server said of a text, to be asked with the next time. */
export interface Validators {
  readonly etag: string | null
  readonly lastModified: string | null
}

/** Null: as it was. */
export type Fetched = (Validators & { readonly text: string }) | null

export interface FetchNeeds {
  /** The guarded way out. */
  readonly fetch: typeof fetch
  readonly allowPrivate: readonly string[]
}

const MOST_REDIRECTS = 3
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** The text at an address, when it is not the one that is known. Rejects with words for a person, without the address. */
export async function fetchEvents(
  client: FetchNeeds,
  { href }: EventAddress,
  { known, signal }: { readonly known: Validators | null; readonly signal: AbortSignal },
): Promise<Fetched> {
  let at = href
  for (let step = 0; step <= MOST_REDIRECTS; step += 1) {
    // One after the other: each says where the next is.
    // oxlint-disable-next-line no-await-in-loop
    const answer = await client.fetch(at, { headers: headersFor(known), redirect: 'manual', signal })
    const next = REDIRECTS.has(answer.status) ? answer.headers.get('location') : null
    // oxlint-disable-next-line no-await-in-loop
    if (next === null) return await readAnswer(answer)
    // oxlint-disable-next-line no-await-in-loop
    await answer.body?.cancel()
    const target = readEventAddress(URL.parse(next, at)?.href ?? '', client.allowPrivate)
    if ('refusal' in target) throw new Error('it leads on to an address that is not taken')
    at = target.href
  }
  throw new Error(`it leads on more than ${MOST_REDIRECTS} times`)
}

function headersFor(known: Validators | null): Record<string, string> {
  return {
    accept: 'text/calendar, */*;q=0.1',
    // Some servers turn away whoever gives no name.
    'user-agent': 'sophia',
    ...(known?.etag ? { 'if-none-match': known.etag } : {}),
    ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
  }
}

async function readAnswer(answer: Response): Promise<Fetched> {
  if (answer.status !== 200) await answer.body?.cancel()
  if (answer.status === 304) return null
  if (answer.status !== 200) throw new Error(`it answers with HTTP ${answer.status}`)
  const text = await readText(answer)
  return { text, etag: answer.headers.get('etag'), lastModified: answer.headers.get('last-modified') }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop by an error ends the body and its connection.
    if (bytes > MOST_ICAL_BYTES) throw new Error(`its answer is longer than ${MOST_ICAL_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
