import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { Argument, InvalidArgumentError, type Command } from 'commander'
import { RECORD_KINDS, type ImportReport, type RecordKind } from '#contract/records.ts'
import { isDay, type Day } from '#domain/day.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { STANDARD_INPUT, type ImportRequest, type Imports } from '#features/imports/index.ts'
import { createId } from '#platform/crypto/ids.ts'
import { faultTable, progressLine, summaryOf } from './import-report.ts'

/** Opens the deployment for one command; `close` lets go of everything it opened. */
export type OpenImports = () => Promise<{ imports: Imports; principal: Principal; close(): Promise<void> }>

interface ImportFlags {
  readonly map?: string
  readonly asOf?: Day
  readonly deal?: string
  readonly client?: string
  readonly rep?: string
  readonly on?: Day
  readonly title?: string
  readonly atomic?: boolean
  readonly dryRun?: boolean
  readonly replaceSample?: boolean
  readonly json?: boolean
}

const FAULTS_SHOWN = 20

/** `sophia import <kind> FILE`. */
export function addImportCommand(program: Command, open: OpenImports): void {
  program
    .command('import')
    .description('bring records in from a CSV file, or calls from .txt, .vtt or .json; rows are added or updated by id')
    .addArgument(new Argument('<kind>', 'what the rows are').choices(RECORD_KINDS))
    .argument('<file>', 'the file, or - for standard input')
    .option(
      '--map <pairs>',
      'column=field,... for headers that are not understood; @list-price=value; @dates=day-first',
    )
    .option('--as-of <date>', 'the day the file speaks for, YYYY-MM-DD (default: today)', toDay)
    .option('--deal <deal>', 'of a file of calls (.txt, .vtt, .json): the deal, by id or name')
    .option('--client <client>', 'the client of such a call')
    .option('--rep <rep>', 'who led it on our side')
    .option('--on <date>', 'the day it was held, YYYY-MM-DD', toDay)
    .option('--title <title>', 'its title (default: the name of the file)')
    .option('--atomic', 'load nothing when any row is faulty')
    .option('--dry-run', 'check and count, store nothing')
    .option('--replace-sample', 'remove the sample company first')
    .option('--json', 'print progress and result as JSON lines')
    .action((kind: RecordKind, file: string, flags: ImportFlags) => importFile({ kind, file, flags, open }))
}

function toDay(text: string): Day {
  if (!isDay(text)) throw new InvalidArgumentError('Write the day as YYYY-MM-DD.')
  return text
}

interface ImportJob {
  readonly kind: RecordKind
  readonly file: string
  readonly flags: ImportFlags
  readonly open: OpenImports
}

async function importFile({ kind, file, flags, open }: ImportJob): Promise<void> {
  const { stream, bytesTotal } = await openFile(file)
  const opened = await open()
  const { imports, principal } = opened
  const stopping = new AbortController()
  const stop = (): void => stopping.abort(new SophiaError('IMPORT_NOT_VALID', { detail: 'Stopped on request.' }))
  process.once('SIGINT', stop)
  const id = createId()
  const progress = createProgress(flags)
  try {
    const request = { ...requestOf(kind, flags), id, fileName: file === '-' ? STANDARD_INPUT : basename(file) }
    const report = await imports.runImport({
      stream,
      request,
      principal,
      bytesTotal,
      signal: stopping.signal,
      onProgress: (report) => progress.show(report),
    })
    progress.end()
    await printResult(imports, { report, principal, flags })
    // Every single row was refused: that is no success, whatever the import's own state.
    if (report.rowsFaulty > 0 && report.rowsFaulty === report.rowsRead) process.exitCode = 1
  } catch (error) {
    progress.end()
    await printFailure(imports, { id, principal, flags, error })
    throw error
  } finally {
    process.off('SIGINT', stop)
    await opened.close()
  }
}

function requestOf(kind: RecordKind, flags: ImportFlags): Omit<ImportRequest, 'id' | 'fileName'> {
  return {
    kind,
    map: flags.map,
    call: { deal: flags.deal, client: flags.client, rep: flags.rep, onDay: flags.on, title: flags.title },
    asOf: flags.asOf,
    isAtomic: flags.atomic ?? false,
    isDryRun: flags.dryRun ?? false,
    replacesSample: flags.replaceSample ?? false,
  }
}

async function openFile(file: string): Promise<{ stream: Readable; bytesTotal: number | null }> {
  if (file === '-') return { stream: process.stdin, bytesTotal: null }
  try {
    const found = await stat(file)
    if (!found.isFile()) throw new SophiaError('INVALID_INPUT', { detail: `${file} is not a file.` })
    return { stream: createReadStream(file, { highWaterMark: 256 * 1024 }), bytesTotal: found.size }
  } catch (error) {
    if (error instanceof SophiaError) throw error
    throw new SophiaError('INVALID_INPUT', {
      detail: `${file} cannot be read. Check the name and your permissions.`,
      cause: error,
    })
  }
}

/** JSON lines, or one line that redraws itself on a terminal, or nothing in a log file. */
function createProgress(flags: ImportFlags): { show: (report: ImportReport) => void; end: () => void } {
  if (flags.json)
    return {
      show: (report) => console.log(JSON.stringify({ type: 'progress', ...countsOf(report) })),
      end: () => undefined,
    }
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined }
  const startedAtMs = performance.now()
  return {
    show: (report) => process.stderr.write(`\r\u001b[2K${progressLine(report, performance.now() - startedAtMs)}`),
    end: () => process.stderr.write('\r\u001b[2K'),
  }
}

function countsOf({
  rowsRead,
  rowsCreated,
  rowsChanged,
  rowsUnchanged,
  rowsFaulty,
  bytesRead,
  bytesTotal,
}: ImportReport) {
  return { rowsRead, rowsCreated, rowsChanged, rowsUnchanged, rowsFaulty, bytesRead, bytesTotal }
}

interface Shown {
  readonly principal: Principal
  readonly flags: ImportFlags
}

async function printResult(
  imports: Imports,
  { report, principal, flags }: Shown & { report: ImportReport },
): Promise<void> {
  if (flags.json) {
    if (report.rowsFaulty > 0) await printFaultLines(imports, report.id, principal)
    console.log(JSON.stringify({ type: 'result', ...report }))
    return
  }
  console.log(summaryOf(report))
  if (report.rowsFaulty > 0) await printFaults(imports, report.id, principal)
}

/** The reason itself is printed by the process; here the faults that led to it, when there are any. */
async function printFailure(
  imports: Imports,
  { id, principal, flags, error }: Shown & { id: string; error: unknown },
): Promise<void> {
  if (toSophiaError(error).code !== 'IMPORT_ROWS_FAULTY') return
  try {
    await (flags.json ? printFaultLines(imports, id, principal) : printFaults(imports, id, principal))
  } catch {
    // The import's own error is on its way to the reader and says more than this second one.
  }
}

async function printFaults(imports: Imports, id: string, principal: Principal): Promise<void> {
  const page = await imports.listFaults({ id, limit: FAULTS_SHOWN }, principal)
  console.log(faultTable(page.items))
  if (page.nextCursor)
    console.log(`The first ${FAULTS_SHOWN}. All of them: add --json, or GET /api/imports/${id}/faults.`)
}

async function printFaultLines(imports: Imports, id: string, principal: Principal): Promise<void> {
  let cursor: string | undefined
  do {
    const page = await imports.listFaults({ id, limit: 1000, ...(cursor === undefined ? {} : { cursor }) }, principal)
    for (const fault of page.items) console.log(JSON.stringify({ type: 'fault', ...fault }))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}
