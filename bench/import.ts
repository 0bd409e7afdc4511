import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { migrate } from '#platform/postgres/migrate.ts'
import { startPrivateEngine } from '../test/support/private-engine.ts'
import type { BenchOptions } from './support/bench-options.ts'

interface BenchOutcome {
  results: Record<string, number>
  baselines: Record<string, number>
  ratios: Record<string, number>
}

const FULL_BYTES = 100 * 1024 * 1024
const QUICK_BYTES = 10 * 1024 * 1024
const Measured = z.object({
  rows: z.int(),
  faulty: z.int(),
  seconds: z.number(),
  peakRssMb: z.number(),
  parseRowsPerSecond: z.number(),
})

/**
 * `--file CSV --kind K`: how fast a file goes into an empty, durable PostgreSQL, and how much memory the importing process
 * takes at most. Without a file one of 100 MB is generated in the shape of a CRM export. The baseline is the CSV parser
 * alone over the same file.
 */
export async function run({ args, isQuick }: BenchOptions): Promise<BenchOutcome> {
  const { values } = parseArgs({ args, options: { file: { type: 'string' }, kind: { type: 'string' } }, strict: false })
  const home = await mkdtemp(join(tmpdir(), 'sophia-bench-'))
  await chmod(home, 0o711)
  const engine = await startPrivateEngine({ home, isDurable: true })
  try {
    await migrate({ connection: engine.connection, folder: fileURLToPath(new URL('../migrations', import.meta.url)) })
    const file =
      typeof values.file === 'string'
        ? values.file
        : await generate(join(home, 'deals.csv'), isQuick ? QUICK_BYTES : FULL_BYTES)
    const kind = typeof values.kind === 'string' ? values.kind : 'deals'
    const measured = await measure({ file, kind, connection: engine.connection })
    const rowsPerSecond = Math.round(measured.rows / measured.seconds)
    return {
      results: {
        rowsPerSecond,
        peakRssMb: measured.peakRssMb,
        rows: measured.rows,
        faultyRows: measured.faulty,
        seconds: measured.seconds,
      },
      baselines: { parseRowsPerSecond: measured.parseRowsPerSecond },
      ratios: { ofParserAlone: Math.round((rowsPerSecond / measured.parseRowsPerSecond) * 1000) / 1000 },
    }
  } finally {
    await engine.stop()
    await rm(home, { recursive: true, force: true })
  }
}

/** A process of its own: its peak memory is the import's and nobody else's. */
async function measure(job: { file: string; kind: string; connection: unknown }): Promise<z.infer<typeof Measured>> {
  const worker = spawn(
    process.execPath,
    [fileURLToPath(new URL('./import-worker.ts', import.meta.url)), JSON.stringify(job)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let text = ''
  worker.stdout.on('data', (part: Buffer) => (text += part.toString()))
  const [code] = await once(worker, 'close')
  if (code !== 0) throw new Error(`the import worker ended with ${String(code)}`)
  return Measured.parse(JSON.parse(text))
}

/** Rows as a CRM exports them, the same on every machine. */
async function generate(path: string, bytes: number): Promise<string> {
  const stream = createWriteStream(path)
  stream.write('opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n')
  const stages = ['Won', 'Lost', 'Engaging', 'Prospecting']
  let written = 0
  for (let row = 0; written < bytes; row += 1) {
    const stage = stages[row % 4] ?? 'Won'
    const isClosed = stage === 'Won' || stage === 'Lost'
    const day = `${(row % 12) + 1}/${(row % 28) + 1}/2017`
    const cells = [
      row.toString(36).toUpperCase().padStart(8, '0'),
      `Agent ${row % 300}`,
      `Product ${row % 40}`,
      `Account number ${row % 5000}`,
      stage,
      day,
    ]
    const line = `${[...cells, isClosed ? day : '', isClosed ? (row * 7) % 30_000 : ''].join(',')}\n`
    written += line.length
    if (!stream.write(line)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'close')
  return path
}
