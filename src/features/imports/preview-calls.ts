import type { CallsPreview } from '#contract/call-preview.ts'
import type { ImportPreview } from '#contract/records.ts'
import { parseCalls } from '#domain/call/parse-calls.ts'
import type { ParsedCall } from '#domain/call/parsed-call.ts'
import { createTextDecoding } from '#platform/csv/decode-text.ts'

const CALLS_SHOWN = 5
const SPEAKERS_SHOWN = 12
const TURNS_SHOWN = 3
const WORDS_SHOWN = 120

/** What a file of calls was understood to hold, from its first bytes; nothing is stored. */
export function previewCalls(head: Buffer, mostBytes: number): ImportPreview {
  const decoding = createTextDecoding()
  const bytes = Buffer.concat([decoding.push(head.subarray(0, mostBytes)), decoding.end()])
  const { calls, faults } = parseCalls(bytes.toString('utf8'))
  const found: CallsPreview = {
    count: calls.length,
    calls: calls.slice(0, CALLS_SHOWN).map(presentCall),
    // what is cut off in the middle is no fault of the file
    faults: head.length >= mostBytes ? [] : faults.slice(0, CALLS_SHOWN).map(({ line, reason }) => ({ line, reason })),
    isExcerpt: head.length >= mostBytes,
  }
  return {
    kind: 'transcripts',
    kinds: [],
    encoding: decoding.encoding(),
    delimiter: '',
    columns: [],
    fields: [],
    missingRequired: [],
    calls: found,
  }
}

function presentCall({ id: _id, parties, turns, ...call }: ParsedCall): CallsPreview['calls'][number] {
  const spoke = turns.flatMap(({ speaker }) => speaker ?? [])
  const speakers = [...new Set([...parties.map(({ name }) => name), ...spoke])]
  return {
    ...call,
    speakers: speakers.slice(0, SPEAKERS_SHOWN),
    turns: turns.length,
    opening: turns.slice(0, TURNS_SHOWN).map(openingOf),
  }
}

function openingOf({ speaker, text }: ParsedCall['turns'][number]): string {
  return `${speaker === null ? '' : `${speaker}: `}${text}`.slice(0, WORDS_SHOWN)
}
