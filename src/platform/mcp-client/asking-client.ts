import { AsyncLocalStorage } from 'node:async_hooks'
import {
  Client,
  SdkError,
  SdkErrorCode,
  type ClientOptions,
  type ElicitRequestParams,
  type ElicitResult,
} from '@modelcontextprotocol/client'
import type { Question, QuestionReply } from '#domain/question.ts'
import type { CallLimit } from './call-limit.ts'
import { readQuestion } from './read-question.ts'

/** A call under way. */
export interface OpenCall {
  readonly signal: AbortSignal
  /** Of a call whose person can be asked. */
  readonly limit: CallLimit | null
  readonly onQuestion: ((question: Question, signal: AbortSignal) => Promise<QuestionReply>) | undefined
}

type Resolve = Client['_resolveNonCompleteResult']

/**
 * The SDK's client, which puts a server's question to the person of the very call it belongs to, and to nobody else. In the
 * new era the question is the call's own answer. In the old one it may come within the call's own stream; where it comes
 * beside it, it is put to somebody only while a single call is open and none was given up before.
 */
export class AskingClient extends Client {
  readonly #inCall = new AsyncLocalStorage<OpenCall>()
  readonly #bySignal = new WeakMap<AbortSignal, OpenCall>()
  readonly #open = new Set<OpenCall>()
  #hasGivenUp = false

  constructor(version: string, options: ClientOptions) {
    super(
      { name: 'sophia', version },
      { ...options, capabilities: { elicitation: { form: { applyDefaults: true }, url: {} } } },
    )
    this.setRequestHandler('elicitation/create', ({ params }, { mcpReq }) => this.#ask(params, mcpReq.signal))
  }

  /** Sends within a call, so that what the server asks meanwhile finds its person. */
  async within<Result>(call: OpenCall, send: () => Promise<Result>): Promise<Result> {
    this.#open.add(call)
    try {
      if (!call.onQuestion) return await send()
      this.#bySignal.set(call.signal, call)
      return await this.#inCall.run(call, send)
    } catch (error) {
      const isTimeout = error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout
      if (isTimeout || call.signal.aborted) this.#hasGivenUp = true
      throw error
    } finally {
      this.#open.delete(call)
    }
  }

  protected override _resolveNonCompleteResult(...[decoded, flow]: Parameters<Resolve>): ReturnType<Resolve> {
    const call = flow.options?.signal && this.#bySignal.get(flow.options.signal)
    const resolve = (): ReturnType<Resolve> => super._resolveNonCompleteResult(decoded, flow)
    return call ? this.#inCall.run(call, resolve) : resolve()
  }

  async #ask(params: ElicitRequestParams, signal: AbortSignal): Promise<ElicitResult> {
    const call = this.#inCall.getStore() ?? this.#onlyCall()
    const question = readQuestion(params)
    if (!call?.onQuestion || !this.#open.has(call) || question === null) return { action: 'cancel' }
    call.limit?.pause()
    try {
      const reply = await call.onQuestion(question, AbortSignal.any([signal, call.signal]))
      if (reply.action !== 'accept') return { action: reply.action }
      return question.url === null ? { action: 'accept', content: toContent(reply.content) } : { action: 'accept' }
    } finally {
      call.limit?.resume()
    }
  }

  #onlyCall(): OpenCall | undefined {
    const isSure = this.#open.size === 1 && !this.#hasGivenUp
    return isSure ? [...this.#open][0] : undefined
  }
}

function toContent(content: Extract<QuestionReply, { action: 'accept' }>['content']): ElicitResult['content'] {
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  )
}
