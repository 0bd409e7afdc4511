import { isAscii, isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'

export type TextEncoding = 'utf-8' | 'latin-1' | 'utf-16'

/** Turns chunks of a text file into UTF-8 chunks, deciding the encoding as it goes. */
export interface TextDecoding {
  /** UTF-8 bytes of the chunk; some bytes may be held back until the next one. */
  push(chunk: Buffer): Buffer
  /** What was held back, when the file ends. */
  end(): Buffer
  /** What the file has shown itself to be so far. */
  encoding(): TextEncoding
  hasByteOrderMark(): boolean
}

const EMPTY = Buffer.alloc(0)
const BYTE_ORDER_MARKS = [
  { bytes: Buffer.from([0xef, 0xbb, 0xbf]), label: 'utf-8' },
  { bytes: Buffer.from([0xff, 0xfe]), label: 'utf-16le' },
  { bytes: Buffer.from([0xfe, 0xff]), label: 'utf-16be' },
] as const

interface State {
  /** `ascii` is undecided: everything so far reads the same in each encoding. */
  mode: 'start' | 'ascii' | 'utf-8' | 'windows-1252' | 'utf-16'
  held: Buffer
  hasMark: boolean
  decoder: TextDecoder | undefined
}

/**
 * The decision is exact for the whole file although it streams: as long as only ASCII came, both readings agree; the
 * first chunk with other bytes decides between UTF-8 and Windows-1252 (of which Latin-1 is a part). Byte-order marks
 * are taken off.
 */
export function createTextDecoding(): TextDecoding {
  const state: State = { mode: 'start', held: EMPTY, hasMark: false, decoder: undefined }
  return {
    push: (chunk) => pushChunk(state, chunk),
    end: () => endText(state),
    encoding: () => encodingOf(state.mode),
    hasByteOrderMark: () => state.hasMark,
  }
}

function encodingOf(mode: State['mode']): TextEncoding {
  if (mode === 'windows-1252') return 'latin-1'
  return mode === 'utf-16' ? 'utf-16' : 'utf-8'
}

function pushChunk(state: State, chunk: Buffer): Buffer {
  let bytes = state.held.length > 0 ? Buffer.concat([state.held, chunk]) : chunk
  state.held = EMPTY
  if (state.mode === 'start') {
    if (bytes.length < 3) {
      state.held = bytes
      return EMPTY
    }
    bytes = takeMark(state, bytes)
  }
  return readBytes(state, bytes)
}

function takeMark(state: State, bytes: Buffer): Buffer {
  const mark = BYTE_ORDER_MARKS.find((known) => bytes.subarray(0, known.bytes.length).equals(known.bytes))
  state.hasMark = mark !== undefined
  state.mode = 'ascii'
  if (!mark) return bytes
  if (mark.label !== 'utf-8') state.decoder = new TextDecoder(mark.label)
  state.mode = mark.label === 'utf-8' ? 'utf-8' : 'utf-16'
  return bytes.subarray(mark.bytes.length)
}

function readBytes(state: State, bytes: Buffer): Buffer {
  if (state.decoder) return Buffer.from(state.decoder.decode(bytes, { stream: true }))
  if (state.mode === 'utf-8' || isAscii(bytes)) return bytes
  const cut = unfinishedTail(bytes)
  if (isUtf8(bytes.subarray(0, cut))) {
    // An accented letter at the very end of a Latin-1 chunk looks like the start of a sequence: wait for what follows.
    if (isAscii(bytes.subarray(0, cut))) state.held = Buffer.from(bytes.subarray(cut))
    else state.mode = 'utf-8'
    return state.held.length > 0 ? bytes.subarray(0, cut) : bytes
  }
  state.mode = 'windows-1252'
  state.decoder = new TextDecoder('windows-1252')
  return Buffer.from(state.decoder.decode(bytes, { stream: true }))
}

/** Where a UTF-8 sequence begins that the end of the bytes cuts off; the length when none does. */
function unfinishedTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) return sequenceLength(byte) > back ? bytes.length - back : bytes.length
    if (byte < 0x80) return bytes.length
  }
  return bytes.length
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}

function endText(state: State): Buffer {
  const rest = state.held
  state.held = EMPTY
  if (state.mode === 'start') return readWhole(state, takeMark(state, rest))
  return readWhole(state, rest)
}

function readWhole(state: State, bytes: Buffer): Buffer {
  if (state.decoder) return Buffer.from(state.decoder.decode(bytes))
  if (isUtf8(bytes)) return bytes
  if (state.mode === 'utf-8') return bytes
  state.mode = 'windows-1252'
  return Buffer.from(new TextDecoder('windows-1252').decode(bytes))
}
