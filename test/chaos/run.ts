/**
 * `npm run chaos -- [--quick] [--seed S] [--minutes M] [--kills K] [--users N] [--faults LIST] [--no-planted] [--json]`: three replicas,
 * members who ask, and a plan of faults; then the same with faults planted in copies of the source, each of which has to be noticed. Ends
 * with one JSON object. Exit code 1: a promise was broken, or a planted fault was not noticed.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { hasPrograms, HAPROXY, REDIS } from '../../scripts/programs.ts'
import { describeCommit } from '../support/commit.ts'
import { mountDisk } from '../support/own-disk.ts'
import { catchMutations, type Caught } from './catch-mutations.ts'
import { FAULTS, type Fault } from './plan-faults.ts'
import { runCluster, type ClusterReport } from './run-cluster.ts'

const DISK_MB = 1200
const KILLS = 30
const MOST_LISTED = 30
const RESULTS = join(import.meta.dirname, '../../bench/results')

const Counts = z.object({
  seed: z.coerce.number().int(),
  kills: z.coerce.number().int().min(1),
  minutes: z.coerce.number().min(0),
  users: z.coerce.number().int().min(1),
})

interface Options {
  readonly seed: number
  readonly minutes: number
  readonly users: number
  /** In each round of the plan. */
  readonly kills: number
  readonly faults: readonly Fault[]
  /** Whether a page for people is left. */
  readonly isKept: boolean
  readonly hasPlanted: boolean
}

function readOptions(args: string[]): Options | string {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args,
    options: {
      quick: flag,
      json: flag,
      'no-planted': flag,
      seed: text,
      minutes: text,
      kills: text,
      users: text,
      faults: text,
    },
  })
  const hasOwnKills = values.kills !== undefined
  const usual = { seed: Math.floor(Math.random() * 1_000_000_000), kills: KILLS, minutes: 10, users: 30 }
  const short = { ...(hasOwnKills ? { minutes: 0 } : {}), ...(values.quick ? { minutes: 0, users: 9 } : {}) }
  const counts = Counts.safeParse({ ...usual, ...short, ...values })
  if (!counts.success) return '--seed, --users and --kills take a whole number, --minutes a number.'
  const faults = readFaults(values.faults ?? 'all')
  if (typeof faults === 'string') return faults
  const isKept = counts.data.minutes > 0 || hasOwnKills
  return { ...counts.data, faults, isKept, hasPlanted: !values['no-planted'] }
}

function readFaults(list: string): readonly Fault[] | string {
  if (list === 'all') return FAULTS
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !FAULTS.some((fault) => fault === name))
  if (unknown.length > 0) return `There is no fault ${unknown.join(', ')}. Choose from: ${FAULTS.join(', ')}.`
  return FAULTS.filter((fault) => names.includes(fault))
}

async function rageOnce({ seed, minutes, users, kills, faults }: Options, signal: AbortSignal): Promise<ClusterReport> {
  const disk = faults.includes('disk-full') ? await mountDisk(DISK_MB) : undefined
  if (faults.includes('disk-full') && !disk)
    process.stderr.write('disk-full is left out: a disk that may be filled is mounted by root only.\n')
  const possible = faults.filter((fault) => fault !== 'disk-full' || disk)
  const onStep = (step: string): void => void process.stderr.write(`${step}\n`)
  const plan = { seed, users, kills, faults: possible, replicas: 3, atLeastMs: minutes * 60_000, onStep, signal }
  try {
    return await runCluster({ ...plan, ...(disk ? { disk: disk.folder } : {}) })
  } finally {
    await disk?.unmount()
  }
}

function tell({ name, seed, breach }: Caught): void {
  process.stderr.write(
    `${breach === null ? 'NOT noticed' : 'noticed'}: ${name} (seed ${seed})${breach ? `: ${breach}` : ''}\n`,
  )
}

/** A page of a long run, for people. */
async function keep(figures: ClusterReport & { readonly commit: string }, planted: readonly Caught[]): Promise<void> {
  const { violations, faults, ...counts } = figures
  const rows = [...Object.entries(counts), ...Object.entries(faults)]
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => `| ${name} | ${value} |`)
  const list = (items: readonly string[]): string => {
    const more =
      items.length > MOST_LISTED ? [`${items.length - MOST_LISTED} more, which the last line of the run has`] : []
    return items.length === 0
      ? 'None.'
      : [...items.slice(0, MOST_LISTED), ...more].map((item) => `- ${item}`).join('\n')
  }
  const found = planted.map(({ name, seed, breach }) => `${name}: ${breach === null ? 'not noticed' : `seed ${seed}`}`)
  const head = `# Chaos, ${new Date().toISOString()}\n\n| | |\n| --- | --- |\n${rows.join('\n')}`
  const page = `${head}\n\n## Broken promises\n\n${list(violations)}\n\n## Planted faults\n\n${list(found)}\n`
  await mkdir(RESULTS, { recursive: true })
  await writeFile(join(RESULTS, 'chaos.md'), page)
}

/** Whoever ends the run ends all that it started, which takes a moment. */
function listenForStop(): AbortController {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop.abort(new Error('The run was ended before its time.')))
  return stop
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`)
    return 2
  }
  if (!hasPrograms([REDIS, HAPROXY])) return 1
  const { signal } = listenForStop()
  const { seed } = options
  const report = await rageOnce(options, signal)
  const planted = options.hasPlanted ? await catchMutations({ seed, signal, onCaught: tell }) : []
  const caught = planted.filter(({ breach }) => breach !== null).length
  const figures = {
    ...report,
    commit: describeCommit(),
    planted: { caught, total: planted.length, mutations: planted },
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  if (options.isKept) await keep(figures, planted)
  return report.violations.length === 0 && caught === planted.length ? 0 : 1
}

try {
  process.exit(await main())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
