/** One request to a Sophia of a rehearsal, which listens on this machine's loopback only. */
interface ScratchRequest {
  readonly url: string
  /** `/readyz`. */
  readonly path: string
  readonly method?: 'GET' | 'POST'
  readonly key?: string
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
}

const LIMIT_MS = 5000

/** Asks and reads the whole answer. Throws when none comes in time. */
export async function askSophia(request: ScratchRequest): Promise<ScratchAnswer> {
  const { url, path, method = 'GET', key, body, limitMs = LIMIT_MS, signal } = request
  const limit = AbortSignal.timeout(limitMs)
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  })
  const text = await answer.text()
  return { status: answer.status, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
