import type { Readable } from 'node:stream'
import { SophiaError } from '#domain/errors.ts'
import { createImportPlan, type ImportPlan } from '#domain/import/import-plan.ts'
import type { RowFault } from '#domain/import/read-row.ts'
import { parseMap } from '#domain/import/match-headers.ts'
import { openCsv, type CsvFile, type CsvRow } from '#platform/csv/open-csv.ts'
import { isCallFile, readCallFile } from './call-source.ts'
import { STANDARD_INPUT, type ImportRequest } from './imports-needs.ts'

/** Rows looked at before it is decided how the columns read. */
const SAMPLE_ROWS = 2000
const SAMPLE_CHARACTERS = 4_000_000

/** A planned file: all its rows come from `rows`, those that were looked at first included. */
export interface RowSource {
  readonly plan: ImportPlan
  readonly rows: AsyncIterable<CsvRow>
  /** Parts of the file that never became rows. */
  readonly faults?: readonly RowFault[]
  bytesRead(): number
  /** What the file itself turned out to be; complete after the last row. */
  notes(): string[]
  /** Lets go of the stream, however far it was read. */
  close(): Promise<void>
}

/** Opens a CSV and decides how it is read. Throws IMPORT_NOT_VALID with every fault of the mapping. */
export async function openRowSource(
  stream: Readable,
  request: ImportRequest,
  signal?: AbortSignal,
): Promise<RowSource> {
  requireReadableFile(request)
  if (isCallFile(request)) return openCallSource(stream, request, signal)
  const csv = await openCsv(stream, signal ? { signal } : {})
  try {
    const first = await readFirstRows(csv)
    const plan = planRows(request, csv.header, first)
    return {
      plan,
      rows: joined(first, csv.rows),
      bytesRead: () => csv.bytesRead(),
      notes: () => fileNotes(csv),
      close: async () => void (await csv.rows.return?.()),
    }
  } catch (error) {
    await csv.rows.return?.()
    throw error
  }
}

const ENDING = /\.([a-z0-9]{1,8})$/i
const TABLE_ENDINGS = ['csv', 'tsv', 'tab', 'txt']

/** Says of a file that cannot be what was asked for what it would have to be, before its bytes say something less clear. */
function requireReadableFile({ kind, fileName, call }: ImportRequest): void {
  const isCall = isCallFile({ kind, fileName })
  const ending = ENDING.exec(fileName)?.[1]?.toLowerCase()
  const isGiven = Object.values(call ?? {}).some((value) => value !== undefined)
  if (isGiven && !isCall) refuse('deal', optionsWords(fileName))
  if (isCall || ending === undefined || TABLE_ENDINGS.includes(ending)) return
  if (ending === 'vtt') refuse('kind', `${fileName} holds a call: import it as transcripts, not as ${kind}.`)
  const calls = kind === 'transcripts' ? ', and calls from .txt, .vtt or .json' : ''
  const isBinary = ['docx', 'doc', 'pdf', 'xlsx', 'xls', 'zip', 'mp3', 'mp4', 'wav', 'm4a', 'json'].includes(ending)
  if (isBinary) refuse('fileName', `A .${ending} file cannot be read as ${kind}: rows come from a .csv file${calls}.`)
}

function optionsWords(fileName: string): string {
  const given = 'Deal, client, rep, day and title are given for files of calls (.txt, .vtt, .json)'
  return fileName === STANDARD_INPUT
    ? `${given}. Standard input is read as CSV: name the file of the call instead of -.`
    : `${given}; a CSV has columns for them.`
}

function refuse(path: string, message: string): never {
  throw new SophiaError('INVALID_INPUT', { detail: message, faults: [{ path, message }] })
}

/** A file of calls as rows. Calls that cannot be taken are faults of their own. */
async function openCallSource(stream: Readable, request: ImportRequest, signal?: AbortSignal): Promise<RowSource> {
  const { header, rows, faults, bytes } = await readCallFile(stream, request, signal)
  const plan = planRows({ kind: request.kind, map: undefined }, header, rows)
  return {
    plan,
    rows: joined(rows, noRows()),
    faults: faults.map(({ line, reason }) => ({ line, column: null, reason, value: null })),
    bytesRead: () => bytes,
    notes: () => [],
    close: () => Promise.resolve(),
  }
}

async function* noRows(): AsyncGenerator<CsvRow> {
  // All of them are in memory already.
}

async function readFirstRows(csv: CsvFile): Promise<CsvRow[]> {
  const rows: CsvRow[] = []
  let characters = 0
  while (rows.length < SAMPLE_ROWS && characters < SAMPLE_CHARACTERS) {
    const next = await csv.rows.next()
    if (next.done) break
    rows.push(next.value)
    characters += next.value.values.reduce((sum, value) => sum + value.length, 0)
  }
  return rows
}

/** The plan for rows under a header. */
export function planRows(
  request: Pick<ImportRequest, 'kind' | 'map'>,
  header: readonly string[],
  sample: readonly CsvRow[],
): ImportPlan {
  const { map, faults } = parseMap(request.map)
  const result = createImportPlan({ kind: request.kind, header, map, sample: sample.map((row) => row.values) })
  if ('plan' in result && faults.length === 0) return result.plan
  const all = [...faults, ...('faults' in result ? result.faults : [])]
  throw new SophiaError('IMPORT_NOT_VALID', { detail: all.map((fault) => fault.message).join(' '), faults: all })
}

async function* joined(first: readonly CsvRow[], rest: AsyncIterable<CsvRow>): AsyncIterable<CsvRow> {
  yield* first
  yield* rest
}

function fileNotes(csv: CsvFile): string[] {
  const notes: string[] = []
  if (csv.encoding() === 'latin-1') notes.push('The file is not UTF-8; it was read as Windows-1252 (Latin-1).')
  if (csv.encoding() === 'utf-16') notes.push('The file was read as UTF-16.')
  if (csv.delimiter !== ',') notes.push(`Columns are separated by ${csv.delimiter === ';' ? 'semicolons' : 'tabs'}.`)
  return notes
}
