import type { z } from 'zod'
import { ApiProblem, problemOf, unreachable } from './api-problem.ts'

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Fields that are absent or empty are left out of the address. */
  readonly query?: Readonly<Record<string, string | number | undefined | null>>
  readonly json?: unknown
  readonly signal?: AbortSignal
}

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
  const response = await send(path, options)
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => null)
  const parsed = shape.safeParse(body)
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

async function send(path: string, options: Call): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.json !== undefined) headers['content-type'] = 'application/json'
  const request: RequestInit = { method: options.method ?? 'GET', headers, credentials: 'same-origin' }
  if (options.json !== undefined) request.body = JSON.stringify(options.json)
  if (options.signal) request.signal = options.signal
  const response = await fetchOrProblem(addressOf(path, options.query), request)
  if (!response.ok) throw await problemOf(response)
  return response
}

async function fetchOrProblem(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request)
  } catch (thrown) {
    if (request.signal?.aborted) throw thrown
    throw unreachable(thrown)
  }
}
