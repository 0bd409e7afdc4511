import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import pino from 'pino'
import { z } from 'zod'
import { RecordKind } from '#contract/records.ts'
import type { Principal } from '#domain/permission.ts'
import { createImports } from '#features/imports/index.ts'
import { systemClock } from '#platform/clock.ts'
import { openCsv } from '#platform/csv/open-csv.ts'
import { openDatabase } from '#platform/postgres/database.ts'

/** Imports one file and prints what it took; started by bench/import.ts. */
const Job = z.object({ file: z.string(), kind: RecordKind, connection: z.record(z.string(), z.unknown()) })
const job = Job.parse(JSON.parse(process.argv[2] ?? '{}'))

const principal: Principal = {
  memberId: '00000000-0000-7000-8000-000000000001',
  email: 'bench@example.com',
  name: 'Bench',
  role: 'owner',
  rowScope: 'all',
  visible: { kind: 'all' },
  teamId: null,
  repId: null,
  credential: { kind: 'local', id: 'bench' },
  allowedActions: null,
}

const database = openDatabase({ connection: job.connection, poolMax: 4 })
const imports = createImports({ database, clock: systemClock, log: pino({ level: 'silent' }) })
const startedAtMs = performance.now()
const report = await imports.runImport({
  stream: createReadStream(job.file),
  request: { kind: job.kind, fileName: 'bench.csv', isAtomic: false, isDryRun: false, replacesSample: false },
  bytesTotal: (await stat(job.file)).size,
  principal,
})
const seconds = (performance.now() - startedAtMs) / 1000
// Kilobytes on every platform; taken before the baseline runs.
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024)
await database.close()
const parseRowsPerSecond = await parseAlone(job.file)
process.stdout.write(
  JSON.stringify({
    rows: report.rowsRead,
    faulty: report.rowsFaulty,
    seconds: Math.round(seconds * 100) / 100,
    peakRssMb,
    parseRowsPerSecond,
  }),
)

async function parseAlone(file: string): Promise<number> {
  const beginMs = performance.now()
  const csv = await openCsv(createReadStream(file))
  let rows = 0
  for await (const row of csv.rows) rows += row.values.length > 0 ? 1 : 0
  return Math.round(rows / ((performance.now() - beginMs) / 1000))
}
