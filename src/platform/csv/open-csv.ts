import type { Readable } from 'node:stream'
import { parse, type Parser } from 'csv-parse'
import { SophiaError } from '#domain/errors.ts'
import { createTextDecoding, type TextDecoding, type TextEncoding } from './decode-text.ts'
import { findDelimiter } from './find-delimiter.ts'

/** Looked at before the delimiter is decided. */
const SAMPLE_BYTES = 64 * 1024
/** One row; also what an unclosed quote may swallow before the file is given up. */
const MAX_ROW_BYTES = 4 * 1024 * 1024

export interface CsvRow {
  /** Of the row's first line in the file; the header is line 1 when nothing stands before it. */
  readonly line: number
  readonly values: readonly string[]
}

export interface CsvFile {
  readonly header: readonly string[]
  readonly delimiter: string
  /** Final only when all rows were read: a file may show its first accented letter late. */
  encoding(): TextEncoding
  hasByteOrderMark(): boolean
  bytesRead(): number
  /** The rows after the header. Throws IMPORT_NOT_VALID for a file that cannot be read on. */
  readonly rows: AsyncIterableIterator<CsvRow>
}

interface CsvOptions {
  /** The stream holds only the first part of a file: its last line may be cut and is left out. */
  readonly isExcerpt?: boolean
  readonly signal?: AbortSignal
}

interface Feed {
  readonly decoding: TextDecoding
  readonly iterator: AsyncIterator<unknown>
  bytesRead: number
}

/** Opens a CSV stream in bounded memory: encoding and delimiter are found, the header is read, rows follow as asked for. */
export async function openCsv(source: Readable, options: CsvOptions = {}): Promise<CsvFile> {
  const feed: Feed = { decoding: createTextDecoding(), iterator: source[Symbol.asyncIterator](), bytesRead: 0 }
  const sample = await readSample(feed, options.signal)
  if (sample.length === 0) throw new SophiaError('IMPORT_NOT_VALID', { detail: 'The file is empty.' })
  if (sample.subarray(0, 4096).includes(0)) {
    throw new SophiaError('IMPORT_NOT_VALID', {
      detail: 'This is not a text file. Save the table as CSV, then import that.',
    })
  }
  const delimiter = findDelimiter(sample.toString('utf8'))
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  })
  const feeding = feedParser({ feed, parser, first: sample, options })
  const rows = readRows(parser, feeding)
  const first = await rows.next()
  if (first.done) throw new SophiaError('IMPORT_NOT_VALID', { detail: 'The file has no header row.' })
  return {
    header: first.value.values.map((name) => name.trim()),
    delimiter,
    encoding: () => feed.decoding.encoding(),
    hasByteOrderMark: () => feed.decoding.hasByteOrderMark(),
    bytesRead: () => feed.bytesRead,
    rows,
  }
}

async function readSample(feed: Feed, signal?: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  while (length < SAMPLE_BYTES) {
    const part = await nextChunk(feed, signal)
    if (!part) {
      parts.push(feed.decoding.end())
      break
    }
    parts.push(part)
    length += part.length
  }
  return Buffer.concat(parts)
}

async function nextChunk(feed: Feed, signal?: AbortSignal): Promise<Buffer | undefined> {
  signal?.throwIfAborted()
  const found = await feed.iterator.next()
  if (found.done) return undefined
  const chunk = Buffer.isBuffer(found.value) ? found.value : Buffer.from(String(found.value))
  feed.bytesRead += chunk.length
  return feed.decoding.push(chunk)
}

interface Feeding {
  readonly feed: Feed
  readonly parser: Parser
  readonly first: Buffer
  readonly options: CsvOptions
}

/** Writes the source into the parser, waiting whenever the parser is full. Ends or destroys the parser; never rejects. */
async function feedParser({ feed, parser, first, options }: Feeding): Promise<void> {
  try {
    let part: Buffer | undefined = first
    // A reader that stopped early has destroyed the parser: the rest of the source is not wanted.
    while (part && !parser.destroyed) {
      const following: Buffer | undefined = await nextChunk(feed, options.signal)
      if (!following && options.isExcerpt) part = withoutLastLine(part)
      await write(parser, part)
      part = following
    }
    if (!options.isExcerpt) await write(parser, feed.decoding.end())
    parser.end()
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)))
  } finally {
    // The source is not needed any more, however this ended; a stream that is gone already may complain.
    await feed.iterator.return?.().catch(() => undefined)
  }
}

function withoutLastLine(text: Buffer): Buffer {
  const end = text.lastIndexOf(0x0a)
  return end < 0 ? text : text.subarray(0, end + 1)
}

async function write(parser: Parser, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || parser.destroyed || parser.write(bytes)) return
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      parser.off('drain', settle)
      parser.off('close', settle)
      resolve()
    }
    parser.on('drain', settle)
    parser.on('close', settle)
  })
}

interface ParsedRow {
  readonly record: string[]
  readonly info: { readonly lines: number; readonly empty_lines: number }
}

async function* readRows(parser: Parser, feeding: Promise<void>): AsyncIterableIterator<CsvRow> {
  let seenLines = 0
  let ends = { lines: 0, emptyLines: 0, line: 0 }
  try {
    for await (const parsed of parser) {
      // What csv-parse yields with `info: true`.
      const { record, info } = parsed as ParsedRow
      const last = record.length - 1
      if (record[last]?.endsWith('\r')) record[last] = record[last].slice(0, -1)
      const emptyLines = info.empty_lines - ends.emptyLines
      // The parser counts a CRLF inside quotes as two lines, so lines inside values are counted here.
      const isPlain = info.lines - ends.lines === 1 + emptyLines
      const inside = isPlain && seenLines > 0 ? 0 : countLineEnds(record)
      const line = ends.line + emptyLines + 1
      ends = { lines: info.lines, emptyLines: info.empty_lines, line: line + inside }
      seenLines += 1
      yield { line, values: record }
    }
  } catch (error) {
    throw explain(error)
  } finally {
    parser.destroy()
    await feeding
  }
}

function countLineEnds(values: readonly string[]): number {
  return values.reduce((sum, value) => sum + (value.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
}

/** The parser's own errors in the words of the person who has the file; anything else as it is. */
function explain(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE') {
    const line = error instanceof Error && 'lines' in error ? ` The trouble shows at line ${String(error.lines)}.` : ''
    return new SophiaError('IMPORT_NOT_VALID', {
      detail: `A row does not end: a quote (") is opened and never closed, or a row is larger than 4 MB.${line}`,
      cause: error,
    })
  }
  return error
}
