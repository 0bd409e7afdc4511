import type { Readable } from 'node:stream'
import { parseCalls } from '#domain/call/parse-calls.ts'
import { writeParties, type CallFault, type ParsedCall } from '#domain/call/parsed-call.ts'
import { writeTranscript } from '#domain/call/transcript.ts'
import { cutText } from '#domain/cut-text.ts'
import { SophiaError } from '#domain/errors.ts'
import type { CsvRow } from '#platform/csv/open-csv.ts'
import { createTextDecoding } from '#platform/csv/decode-text.ts'
import type { CallOptions, ImportRequest } from './imports-needs.ts'

/** A file of calls is read whole, for JSON has no lines to read it by. */
const MAX_BYTES = 32 * 1024 * 1024
const CALL_FILE = /\.(?:txt|vtt|json)$/i
const MAX_TITLE = 300

/** True for a file of calls as recorders write them; any other file of transcripts is a CSV. */
export function isCallFile({ kind, fileName }: Pick<ImportRequest, 'kind' | 'fileName'>): boolean {
  return kind === 'transcripts' && CALL_FILE.test(fileName)
}

/** Calls as rows of the fields of transcripts. */
export interface CallRows {
  readonly header: readonly string[]
  readonly rows: readonly CsvRow[]
  readonly faults: readonly CallFault[]
  readonly bytes: number
}

const HEADER = ['id', 'title', 'onDay', 'deal', 'client', 'rep', 'speakers', 'body'] as const

/** Reads the calls of a file; what the file does not say itself comes from the request. Throws IMPORT_NOT_VALID. */
export async function readCallFile(stream: Readable, request: ImportRequest, signal?: AbortSignal): Promise<CallRows> {
  const { text, bytes } = await readText(stream, signal)
  const { calls, faults } = parseCalls(text)
  const [fault] = faults
  if (calls.length === 0 && fault) {
    throw new SophiaError('IMPORT_NOT_VALID', {
      detail: `Line ${fault.line}: ${fault.reason}`,
      faults: faults.map(({ line, reason }) => ({ path: `line ${line}`, message: reason })),
    })
  }
  const isOnly = calls.length === 1
  requireDay(calls, request.call)
  const rows = calls.map((call) => ({ line: call.line, values: valuesOf(call, request, isOnly) }))
  // A column that nothing fills is left out, so that importing again empties nothing.
  const filled = HEADER.map((_, index) => rows.some((row) => row.values[index] !== ''))
  const keep = <Item>(items: readonly Item[]): Item[] => items.filter((_, index) => filled[index])
  return { header: keep(HEADER), rows: rows.map(({ line, values }) => ({ line, values: keep(values) })), faults, bytes }
}

async function readText(stream: Readable, signal: AbortSignal | undefined): Promise<{ text: string; bytes: number }> {
  const decoding = createTextDecoding()
  const parts: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    signal?.throwIfAborted()
    // Files and bodies arrive as buffers.
    const part = chunk as Buffer
    bytes += part.length
    if (bytes > MAX_BYTES) {
      const detail = `A file of calls may have ${MAX_BYTES / 1024 / 1024} MB. Split it, or bring the calls in as CSV.`
      throw new SophiaError('IMPORT_NOT_VALID', { detail })
    }
    parts.push(decoding.push(part))
  }
  parts.push(decoding.end())
  return { text: Buffer.concat(parts).toString('utf8'), bytes }
}

function requireDay(calls: readonly ParsedCall[], options: CallOptions | undefined): void {
  const undated = calls.find((call) => call.onDay === null)
  if (undated === undefined || options?.onDay !== undefined) return
  throw new SophiaError('IMPORT_NOT_VALID', {
    detail: `The call that begins on line ${undated.line} names no day. Say which day it was held with --on YYYY-MM-DD, or write "Date: YYYY-MM-DD" above its first words.`,
    faults: [{ path: 'on', message: 'the day of the call is missing' }],
  })
}

/** What the file says of itself wins over the options, which stand in for what it does not say. */
function valuesOf(call: ParsedCall, { call: given = {}, fileName }: ImportRequest, isOnly: boolean): string[] {
  const named = fileName.replace(CALL_FILE, '')
  const title = call.title ?? given.title ?? named
  const isBare = call.id === null && call.title === null && !isOnly
  const known = [
    call.id,
    cutText(isBare ? `${title} (line ${call.line})` : title, MAX_TITLE),
    call.onDay ?? given.onDay,
    call.deal ?? given.deal,
    call.client ?? given.client,
    call.rep ?? given.rep,
    cutText(writeParties(call.parties) ?? '', 500),
    writeTranscript(call.turns),
  ]
  return known.map((value) => value ?? '')
}
