/** `npm run bench -- <name> [options] [--json] [--quick]`: runs one benchmark, prints one JSON object and keeps a copy in bench/results/. */
import { existsSync, globSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { describeCommit } from '../test/support/commit.ts'
import type { BenchOptions } from './support/bench-options.ts'

const figures = z.record(z.string(), z.unknown())
const Outcome = z.object({ results: figures, baselines: figures, ratios: figures })
const folder = import.meta.dirname
/** Started by benchmarks, or this file itself. */
const NOT_A_BENCH = /(^run|-worker)\.ts$/

function listNames(): string[] {
  return globSync('*.ts', { cwd: folder })
    .filter((file) => !NOT_A_BENCH.test(file))
    .map((file) => file.replace('.ts', ''))
    .toSorted()
}

async function main([name = '', ...rest]: string[]): Promise<number> {
  const file = join(folder, `${name}.ts`)
  if (!/^[a-z-]+$/.test(name) || NOT_A_BENCH.test(`${name}.ts`) || !existsSync(file)) {
    process.stderr.write(`usage: npm run bench -- <${listNames().join('|')}> [options] [--json] [--quick]\n`)
    return 2
  }
  const isQuick = rest.includes('--quick')
  const args = rest.filter((word) => word !== '--quick' && word !== '--json')
  const module: unknown = await import(pathToFileURL(file).href)
  // By this folder's rule each benchmark exports `run`; what it answers is checked below.
  const { run } = module as { run: (options: BenchOptions) => Promise<unknown> }
  const { results, baselines, ratios } = Outcome.parse(await run({ args, isQuick }))
  const report = { name, commit: describeCommit(), node: process.version, results, baselines, ratios }
  const isJson = rest.includes('--json')
  process.stdout.write(`${JSON.stringify(report, null, isJson ? undefined : 2)}\n`)
  const kept = join(folder, 'results')
  await mkdir(kept, { recursive: true })
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const about = {
    ...report,
    at: new Date().toISOString(),
    isQuick,
    args,
    platform: `${process.platform}-${process.arch}`,
  }
  await writeFile(join(kept, `${name}-${stamp}.json`), `${JSON.stringify(about, null, 2)}\n`)
  return 0
}

// Benchmarks may leave idle connections; the figures are out, so nothing is waited for.
process.exit(await main(process.argv.slice(2)))
