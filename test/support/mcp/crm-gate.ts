import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallToolResult } from '@modelcontextprotocol/server'
import type { Admit } from './crm-tools.ts'
import { sendJson, type Asked } from './exchange.ts'

export interface SeenCall {
  readonly tool: string
  readonly arguments: object
  /** `_meta` of the call without the keys of the protocol. */
  readonly meta: Readonly<Record<string, unknown>>
  readonly authorization: string | null
}

export interface RateLimit {
  readonly perSecond: number
  /** Says no inside a tool result (standard), or as HTTP 429 with Retry-After. */
  readonly as?: 'result' | 'http-429'
  readonly retryAfterSeconds?: number
}

/** How the next calls fail: inside a tool result, or as HTTP 500. */
export type Failure = 'result' | 'http-500'

/** What stands between a caller and the records: the token, the rate, the delay and the failures that a test asks for. */
export class CrmGate {
  /** Each tool call that reached the tools, in order. */
  readonly seen: SeenCall[] = []
  /** Answers given instead of a result: by rate and by `failNext`. */
  refused = { rate: 0, failure: 0, token: 0 }
  latencyMs = 0
  bearer: string | null = null
  #rateLimit: RateLimit | null = null
  #failures: { left: number; as: Failure } = { left: 0, as: 'result' }
  #admittedAtMs: number[] = []

  /** Starts to count anew, so that calls before do not weigh. */
  limitRate(limit: RateLimit | null): void {
    this.#rateLimit = limit
    this.#admittedAtMs = []
  }

  failNext(count: number, as: Failure): void {
    this.#failures = { left: count, as }
  }

  /** True when the request was answered here, before it became a call. */
  stops(request: IncomingMessage, response: ServerResponse, asked: Asked): boolean {
    if (this.bearer !== null && request.headers.authorization !== `Bearer ${this.bearer}`) {
      this.refused.token += 1
      const metadata = `http://${request.headers.host ?? ''}/.well-known/oauth-protected-resource/mcp`
      const challenge = `Bearer error="invalid_token", resource_metadata="${metadata}"`
      sendJson(response, { status: 401, body: { error: 'invalid_token' }, headers: { 'www-authenticate': challenge } })
      return true
    }
    if (asked.tool === undefined) return false
    if (this.#failures.as === 'http-500' && this.#takesFailure()) {
      sendJson(response, { status: 500, body: { error: 'broken by the test' } })
      return true
    }
    if (this.#rateLimit?.as !== 'http-429' || this.#isWithinRate(this.#rateLimit)) return false
    const retryAfter = String(this.#rateLimit.retryAfterSeconds ?? 1)
    sendJson(response, { status: 429, body: { error: 'rate limit' }, headers: { 'retry-after': retryAfter } })
    return true
  }

  readonly admit: Admit = async (tool, given, context) => {
    const authorization = context.http?.req?.headers.get('authorization') ?? null
    this.seen.push({ tool, arguments: given, meta: { ...context.mcpReq._meta }, authorization })
    if (this.latencyMs > 0) await delay(this.latencyMs)
    if (this.#failures.as === 'result' && this.#takesFailure()) return failed('The CRM is out of order, by the test.')
    const limit = this.#rateLimit
    if (!limit || limit.as === 'http-429' || this.#isWithinRate(limit)) return null
    const retryAfterSeconds = limit.retryAfterSeconds ?? 1
    const text = `You have reached your rate limit. Retry after ${retryAfterSeconds} s.`
    return { ...failed(text), structuredContent: { category: 'RATE_LIMITS', retryAfterSeconds } }
  }

  #takesFailure(): boolean {
    if (this.#failures.left === 0) return false
    this.#failures.left -= 1
    this.refused.failure += 1
    return true
  }

  #isWithinRate({ perSecond }: RateLimit): boolean {
    const nowMs = performance.now()
    this.#admittedAtMs = this.#admittedAtMs.filter((atMs) => atMs > nowMs - 1_000)
    if (this.#admittedAtMs.length < perSecond) return this.#admittedAtMs.push(nowMs) > 0
    this.refused.rate += 1
    return false
  }
}

function failed(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true }
}
