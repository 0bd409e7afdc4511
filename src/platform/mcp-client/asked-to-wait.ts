/** The server is there, takes nothing at present, and says how long. */
export class AskedToWait extends Error {
  readonly status: number
  readonly retryAfterSeconds: number

  constructor(status: number, retryAfterSeconds: number) {
    super(`The server answered HTTP ${status}.`)
    this.name = 'AskedToWait'
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The same fetch, which fails with `AskedToWait` where the SDK's own error would have lost the Retry-After of the answer. */
export function heedWaits(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const answer = await send(input, init)
    if (init?.method !== 'POST' || (answer.status !== 429 && answer.status !== 503)) return answer
    const seconds = secondsOf(answer.headers.get('retry-after'))
    if (seconds === null) return answer
    await answer.body?.cancel().catch(() => undefined)
    throw new AskedToWait(answer.status, seconds)
  }
}

/** Seconds, or a day and time of HTTP. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null
  if (/^\d{1,6}$/.test(header.trim())) return Number(header)
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? null : Math.max(0, Math.ceil((atMs - Date.now()) / 1000))
}
