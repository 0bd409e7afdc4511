import type { z } from 'zod'
import { ApiProblem, problemOf, unreachable } from './api-problem.ts'
import { limitTime } from './time-limit.ts'

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Fields that are absent or empty are left out of the address. */
  readonly query?: Readonly<Record<string, string | number | undefined | null>>
  readonly json?: unknown
  readonly signal?: AbortSignal
  /** How long the whole answer may take; then it is as if there were none. What only reads has 30 s unless told. */
  readonly limitMs?: number
}

/** As long as the shipped balancers wait. */
const READING_LIMIT_MS = 30_000
/** As long as a timer goes: what changes something may take as long as it takes. */
const NEVER_MS = 2 ** 31 - 1

/** Path and query as one address. */
export function addressOf(path: string, query: Call['query'] = {}): string {
  const parts = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parts.set(name, String(value))
  }
  const text = parts.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Calls Sophia and parses the answer. Throws ApiProblem. */
export async function call<Shape extends z.ZodType>(
  shape: Shape,
  path: string,
  options: Call = {},
): Promise<z.infer<Shape>> {
  const { response, text } = await send(path, options)
  const parsed = shape.safeParse(parseBody(text))
  if (parsed.success) return parsed.data
  throw new ApiProblem(
    {
      status: -1,
      code: 'PAGE_OUTDATED',
      detail: 'Sophia answered in a form this page does not know. She was probably updated; reload the page.',
      correlationId: response.headers.get('x-correlation-id') ?? '',
    },
    { cause: parsed.error },
  )
}

/** Calls Sophia for an effect; the body of the answer does not matter. Throws ApiProblem. */
export async function command(path: string, options: Call): Promise<void> {
  await send(path, options)
}

interface Answer {
  readonly response: Response
  readonly text: string
}

async function send(path: string, options: Call): Promise<Answer> {
  const { method = 'GET', query, signal } = options
  const limitMs = options.limitMs ?? (method === 'GET' ? READING_LIMIT_MS : NEVER_MS)
  const limit = limitTime(limitMs, signal)
  try {
    const response = await fetch(addressOf(path, query), { ...requestOf(method, options.json), signal: limit.signal })
    if (!response.ok) throw await problemOf(response)
    return { response, text: await response.text() }
  } catch (thrown) {
    // Whoever asked wants it no more; a line that broke, or stood still, may be better the next time.
    if (thrown instanceof ApiProblem || signal?.aborted) throw thrown
    throw unreachable(thrown)
  } finally {
    limit.end()
  }
}

function requestOf(method: NonNullable<Call['method']>, json: unknown): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (json === undefined) return { method, headers, credentials: 'same-origin' }
  headers['content-type'] = 'application/json'
  return { method, headers, credentials: 'same-origin', body: JSON.stringify(json) }
}

/** Null of what is no JSON, a page of a proxy, say. */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
