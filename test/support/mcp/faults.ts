/**
 * Where a fault strikes. `listener`: the port itself. `request`: before the server sees it, so nothing ran yet.
 * `answer`: the server did its work, and then the answer suffers. `tools`: the server itself says or does the wrong thing.
 */
export type FaultPlace = 'listener' | 'request' | 'answer' | 'tools'

interface Fault {
  readonly at: FaultPlace
  readonly does: string
}

/** Everything the fault server can do wrong. One at a time; `does` tells what a client meets. */
export const FAULTS = {
  'refuse-connections': { at: 'listener', does: 'The port refuses connections; healed, it listens at the same port.' },
  'reset-connection': { at: 'request', does: 'Takes the request and resets the connection.' },
  hang: { at: 'request', does: 'Takes the request and never answers.' },
  'slow-headers': {
    at: 'request',
    does: 'Waits for 3 x timeoutMs and then works; for a legacy caller that hung up, the work is done all the same.',
  },
  'html-page': { at: 'request', does: '200 with an HTML page, as a captive portal does.' },
  'empty-body': { at: 'request', does: '200 as JSON with no byte of body.' },
  'invalid-json': { at: 'request', does: '200 as JSON with a body that is none.' },
  'not-json-rpc': { at: 'request', does: '200 with JSON that is no JSON-RPC message.' },
  'rpc-error': { at: 'request', does: 'A JSON-RPC error -32603 to each request.' },
  'ping-unknown': { at: 'request', does: 'A JSON-RPC error -32601 to a ping; all else works (legacy).' },
  'http-500': { at: 'request', does: '500 with a JSON body.' },
  'http-502-html': { at: 'request', does: '502 with an HTML page, as a proxy does.' },
  'http-503-retry-after': { at: 'request', does: '503 with Retry-After: 2.' },
  'http-429-retry-after': { at: 'request', does: '429 with Retry-After: 2.' },
  'http-401': { at: 'request', does: '401 with WWW-Authenticate and resource_metadata.' },
  'http-403': { at: 'request', does: '403 with WWW-Authenticate: insufficient_scope.' },
  'http-404': { at: 'request', does: '404 to everything: the path is gone, not the session.' },
  'post-405': { at: 'request', does: '405 to each POST.' },
  'session-lost': {
    at: 'request',
    does: 'Forgets its sessions when switched on: 404 to them; a new initialize works (legacy).',
  },
  'session-missing-400': {
    at: 'request',
    does: 'Forgets its sessions when switched on: 400 "Missing session ID" to them; a new initialize works. Healed, they get 404 (legacy).',
  },
  'unknown-version': { at: 'request', does: 'Offers the protocol version 2031-01-01 only, in both eras.' },
  'redirect-elsewhere': {
    at: 'request',
    does: '307 to another port of this machine, which keeps what it gets in `decoy`.',
  },
  'redirect-loop': { at: 'request', does: '307 to itself, forever.' },
  'comments-only': { at: 'request', does: 'An SSE stream that sends comments and never an answer.' },
  'gzip-bomb': { at: 'request', does: 'A gzip body of 50 KB that unpacks to 50 MB of blanks.' },
  flapping: { at: 'request', does: 'Requests are answered in turn: one well, one with 500.' },
  'wrong-id': { at: 'answer', does: 'The answer carries the id of another request.' },
  'truncated-json': { at: 'answer', does: 'A complete HTTP body that holds the first half of the JSON.' },
  'cut-body': { at: 'answer', does: 'Announces the whole body, sends half of it and cuts the connection.' },
  'lost-answer': { at: 'answer', does: 'Does the work and cuts the connection without a byte.' },
  'cut-stream': { at: 'answer', does: 'Opens an SSE stream and cuts it before the answer.' },
  'headers-only': { at: 'answer', does: 'Sends the headers of an answer and never its body.' },
  'late-answer': { at: 'answer', does: 'Opens an SSE stream at once; the answer comes after 3 x timeoutMs.' },
  dribble: { at: 'answer', does: 'The body comes a byte per dribbleMs (a second).' },
  'wrong-content-type': { at: 'answer', does: 'The right answer as text/plain.' },
  'empty-tools': { at: 'tools', does: 'tools/list is an empty list.' },
  'missing-tool': { at: 'tools', does: '`add` is gone from the list, and calling it is an error -32602.' },
  'new-tool': { at: 'tools', does: 'A destructive tool `delete_everything` turns up in the list.' },
  'changed-schema': { at: 'tools', does: '`add` asks for `left` and `right` in place of `a` and `b`.' },
  'changed-description': {
    at: 'tools',
    does: 'The description of `echo` becomes an instruction to the model (rug pull).',
  },
  'changed-annotations': { at: 'tools', does: '`write_note` claims to be read-only.' },
  'illegal-names': { at: 'tools', does: 'Adds tools whose names are empty, have blanks, or are 200 characters long.' },
  'duplicate-tools': { at: 'tools', does: '`add` stands in the list twice, with two descriptions.' },
  'invalid-schema': { at: 'tools', does: 'Adds a tool whose input schema is no valid JSON Schema.' },
  'huge-tool-list': { at: 'tools', does: 'A list of tools of 10 MB on one page.' },
  'endless-paging': { at: 'tools', does: 'Each page of tools names a next one, always with a new cursor.' },
  'repeating-cursor': { at: 'tools', does: 'Each page of tools names the same next cursor.' },
  'huge-answer': { at: 'tools', does: 'A tool result with 20 MB of text.' },
  'wrong-output': { at: 'tools', does: 'A tool result that breaks the declared outputSchema.' },
  'error-result': { at: 'tools', does: 'A tool result with isError; nothing ran.' },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof FAULTS

export interface FaultScope {
  /** Strikes requests of these JSON-RPC methods only, for example ['tools/call']. */
  readonly only?: readonly string[]
  /** Strikes this many requests and then no more. */
  readonly times?: number
}

/** Which fault is on, and how often it struck. */
export class FaultSwitch {
  #name: FaultName | null = null
  #scope: FaultScope = {}
  #struck = 0

  get name(): FaultName | null {
    return this.#name
  }

  get struck(): number {
    return this.#struck
  }

  set(name: FaultName | null, scope: FaultScope = {}): void {
    this.#name = name
    this.#scope = scope
    this.#struck = 0
  }

  /** The fault, if it strikes this request; `isTools` says which side of the server asks. */
  strike(method: string | undefined, isTools: boolean): FaultName | null {
    const name = this.#name
    if (name === null || (FAULTS[name].at === 'tools') !== isTools) return null
    const { only, times = Number.POSITIVE_INFINITY } = this.#scope
    if (this.#struck >= times || (only && (method === undefined || !only.includes(method)))) return null
    this.#struck += 1
    return name
  }
}
