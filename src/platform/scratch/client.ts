/** One request to a Sophia of a rehearsal, which listens on this machine's loopback only. */
interface ScratchRequest {
  readonly url: string
  /** `/readyz`. */
  readonly path: string
  readonly method?: 'GET' | 'POST'
  readonly key?: string
  /** Of a session. */
  readonly cookie?: string
  readonly body?: object
  /** 5 s unless told. */
  readonly limitMs?: number
  readonly signal?: AbortSignal
}

interface ScratchAnswer {
  readonly status: number
  readonly text: string
  /** Parsed; null where there is no JSON. */
  readonly body: unknown
  /** Of the session that it begins. */
  readonly cookie: string | null
}

const LIMIT_MS = 5000
/** Sophia says every three seconds that she is still there. */
const SILENCE_MS = 8000

/** Asks and reads the whole answer. Throws when none comes in time. */
export async function askSophia(request: ScratchRequest): Promise<ScratchAnswer> {
  const { url, path, method = 'GET', key, cookie, body, limitMs = LIMIT_MS, signal } = request
  const limit = AbortSignal.timeout(limitMs)
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  })
  const text = await answer.text()
  const set = answer.headers.getSetCookie()[0]?.split(';')[0] ?? null
  return { status: answer.status, text, body: parsed(text), cookie: set }
}

/** A stream was not opened. */
export class StreamRefused extends Error {
  readonly status: number

  constructor(status: number) {
    super(`The stream was refused: ${status}.`)
    this.status = status
  }
}

interface StreamRequest extends Pick<ScratchRequest, 'url' | 'path'> {
  readonly key: string
  readonly signal: AbortSignal
}

/** The data of each server-sent event as it comes, until the line ends. Throws StreamRefused, and when it breaks or falls silent. */
export async function* readStream({ url, path, key, signal }: StreamRequest): AsyncGenerator<string> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    const answer = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.any([signal, silence.signal]),
    })
    if (!answer.ok || !answer.body) throw new StreamRefused(answer.status)
    let rest = ''
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
      timer.refresh()
      const frames = (rest + piece).split('\n\n')
      rest = frames.pop() ?? ''
      yield* frames.flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? [])
    }
  } finally {
    clearTimeout(timer)
    // Also ends a refused one that nobody reads.
    silence.abort()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
