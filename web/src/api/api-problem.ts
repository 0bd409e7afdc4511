import { Problem } from '#contract/common.ts'

/** What went wrong with a request, in words for a person; `status` 0 means that no answer came. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly correlationId: string
  readonly errors: readonly { path: string; message: string }[]
  readonly retryAfterMs: number | null

  constructor(
    problem: Omit<Problem, 'type' | 'title'>,
    options: { retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(problem.detail, { cause: options.cause })
    this.name = 'ApiProblem'
    this.status = problem.status
    this.code = problem.code
    this.correlationId = problem.correlationId
    this.errors = problem.errors ?? []
    this.retryAfterMs = options.retryAfterMs ?? null
  }

  /** True when the same request may succeed later: no answer, overload, a database away. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502
  }
}

/** Reads the problem out of a failed response; a body that is not one (a proxy's page) still gives a plain sentence. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const correlationId = response.headers.get('x-correlation-id') ?? ''
  const retryAfterMs = retryAfterOf(response.headers.get('retry-after'))
  const parsed = Problem.safeParse(await readJson(response))
  if (parsed.success) return new ApiProblem(parsed.data, { retryAfterMs })
  const detail =
    response.status >= 500
      ? 'Sophia could not answer. Nothing you typed is lost; try again in a moment.'
      : `Sophia refused this request (${response.status}).`
  return new ApiProblem(
    { status: response.status, code: `HTTP_${response.status}`, detail, correlationId },
    { retryAfterMs },
  )
}

/** The problem of a request that got no answer at all. */
export function unreachable(cause: unknown): ApiProblem {
  const detail = 'Sophia cannot be reached. Try again in a moment.'
  return new ApiProblem({ status: 0, code: 'UNREACHABLE', detail, correlationId: '' }, { cause })
}

/** Anything thrown, as a problem that a screen can show. */
export function toApiProblem(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown
  const detail = 'This page met something it did not expect. Reload it; if it stays, tell your administrator.'
  return new ApiProblem({ status: -1, code: 'PAGE_FAULT', detail, correlationId: '' }, { cause: thrown })
}

function retryAfterOf(header: string | null): number | null {
  const seconds = header === null ? Number.NaN : Number(header)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    // Not JSON: the caller words the problem from the status alone.
    return null
  }
}
