import { Readable } from 'node:stream'
import type { ImportPreview, RecordKind } from '#contract/records.ts'
import { SophiaError } from '#domain/errors.ts'
import { IMPORT_KINDS } from '#domain/import/import-kind.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import { countMatches, matchHeaders, parseMap } from '#domain/import/match-headers.ts'
import type { Principal } from '#domain/permission.ts'
import { openCsv, type CsvFile } from '#platform/csv/open-csv.ts'
import { isCallFile } from './call-source.ts'
import { requireImporter } from './import-rules.ts'
import { previewCalls } from './preview-calls.ts'

/** A table shows in its first rows what it is; a call is read as a whole. */
const TABLE_BYTES = 64 * 1024
const CALL_BYTES = 1024 * 1024
const SAMPLE_ROWS = 5
const SAMPLE_CHARACTERS = 80

/** As much of a file of this name as a preview reads. */
export function previewBytes(fileName: string): number {
  return isCallFile({ kind: 'transcripts', fileName }) ? CALL_BYTES : TABLE_BYTES
}

interface PreviewInput {
  /** By its ending a file of calls is told from a table; a table without. */
  readonly fileName?: string | undefined
  /** The file's beginning; more than `previewBytes` is cut off. */
  readonly head: Buffer
  readonly kind?: RecordKind | undefined
  readonly map?: string | undefined
  readonly principal: Principal
}

/** What each column of a file would become; nothing is stored. Without a kind the one whose fields fit best is taken. */
export async function previewImport(input: PreviewInput): Promise<ImportPreview> {
  requireImporter(input.principal)
  const { fileName = '', kind: asked = looksLike(fileName) } = input
  if (asked === 'transcripts' && isCallFile({ kind: asked, fileName })) return previewCalls(input.head, CALL_BYTES)
  const { map, faults } = parseMap(input.map)
  const csv = await openCsv(Readable.from([input.head.subarray(0, TABLE_BYTES)]), {
    isExcerpt: input.head.length >= TABLE_BYTES,
  })
  const kinds = rankKinds(csv.header)
  // words that are no headers of ours: a .txt file that holds a call rather than a table
  if (asked === undefined && kinds.length === 0 && isCallFile({ kind: 'transcripts', fileName }))
    return previewCalls(input.head, CALL_BYTES)
  const kind = asked ?? kinds[0]?.kind ?? 'clients'
  const definition = KIND_DEFINITIONS[kind]
  const { match, faults: mapFaults } = matchHeaders(definition, csv.header, map)
  const [fault] = [...faults, ...mapFaults]
  if (fault) throw new SophiaError('INVALID_INPUT', { detail: fault.message, faults: [...faults, ...mapFaults] })
  const samples = await readSamples(csv)
  return {
    kind,
    kinds,
    encoding: csv.encoding(),
    delimiter: csv.delimiter,
    columns: csv.header.map((column, position) => ({
      column,
      field: match.fields[position]?.name ?? null,
      sample: samples.flatMap((row) =>
        row[position]?.trim() ? [row[position].trim().slice(0, SAMPLE_CHARACTERS)] : [],
      ),
    })),
    fields: definition.fields.map(({ name, label, isRequired }) => ({
      field: name,
      label,
      isRequired: isRequired ?? false,
    })),
    missingRequired: [...match.missing],
    calls: null,
  }
}

/** A .vtt or .json file holds nothing but calls; a .txt file may be a table as well. */
function looksLike(fileName: string): RecordKind | undefined {
  return /\.(?:vtt|json)$/i.test(fileName) ? 'transcripts' : undefined
}

function rankKinds(header: readonly string[]): ImportPreview['kinds'] {
  return IMPORT_KINDS.map((kind) => ({ kind, ...countMatches(KIND_DEFINITIONS[kind], header) }))
    .filter(({ matched }) => matched > 0)
    .toSorted((a, b) => Number(b.isComplete) - Number(a.isComplete) || b.matched - a.matched)
    .map(({ kind, matched }) => ({ kind, matched }))
}

async function readSamples(csv: CsvFile): Promise<(readonly string[])[]> {
  const rows: (readonly string[])[] = []
  for await (const row of csv.rows) {
    rows.push(row.values)
    if (rows.length >= SAMPLE_ROWS) break
  }
  return rows
}
