/**
 * All tests: sees that a browser and a Redis are there, checks the house rules, then runs every test file, two at a time.
 * Arguments are parts of file names; with any, only matching files run, without the checks.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { findChromium } from '../test/support/chromium.ts'
import { findRedis } from '../test/support/redis.ts'

const root = join(import.meta.dirname, '..')
const FILE_LIMIT_MS = 15 * 60_000
const APT = ['apt-get', 'install', '-y', '-q', '--no-install-recommends']

function listTestFiles(filters: readonly string[]): string[] {
  const patterns = ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts']
  const files = globSync(patterns, { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' })
  const chosen = files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  return chosen.toSorted().map((file) => join(root, file))
}

/** A program that some tests stand on. */
interface Program {
  readonly title: string
  /** Its Debian package. */
  readonly aptPackage: string
  readonly elsewhere: string
  readonly isThere: () => boolean
  readonly isFor: (file: string, source: string) => boolean
}

const PROGRAMS: readonly Program[] = [
  {
    title: 'Chromium',
    aptPackage: 'chromium',
    elsewhere: 'install Google Chrome or Chromium',
    isThere: () => findChromium() !== undefined,
    isFor: (file) => file.includes(`${sep}e2e${sep}`),
  },
  {
    title: 'Redis',
    aptPackage: 'redis-server',
    elsewhere: 'install redis-server',
    isThere: () => findRedis() !== undefined,
    isFor: (_file, source) => source.includes('support/redis.ts'),
  },
]

/** Sees that what these tests stand on is there, installing it in one go where that may be done without asking: as root on Debian and Ubuntu. */
function hasPrograms(files: readonly string[]): boolean {
  const sources = files.map((file) => ({ file, source: readFileSync(file, 'utf8') }))
  const needed = PROGRAMS.filter(({ isFor }) => sources.some(({ file, source }) => isFor(file, source)))
  const missing = (): Program[] => needed.filter(({ isThere }) => !isThere())
  const wanted = missing()
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version')
  if (wanted.length > 0 && mayInstall) {
    process.stderr.write(`Installing ${wanted.map(({ title }) => title).join(' and ')} for the tests ...\n`)
    const quiet = ['DEBIAN_FRONTEND=noninteractive']
    // The package of Redis would start one as a service: the tests start their own and need none beside them.
    const packages = wanted.map(({ aptPackage }) => aptPackage)
    spawnSync('env', [...quiet, 'apt-get', 'update', '-q'], { stdio: ['ignore', 'ignore', 'inherit'] })
    spawnSync('env', [...quiet, 'RUNLEVEL=1', ...APT, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  for (const { title, aptPackage, elsewhere } of missing()) {
    const how = process.platform === 'linux' ? `sudo ${APT.join(' ')} ${aptPackage}` : elsewhere
    process.stderr.write(`Some tests need ${title}, and none was found. Run: ${how}\n`)
  }
  return missing().length === 0
}

/** Builds the web app when its sources changed since it was built; the browser tests look at what is served. */
function hasWebApp(): boolean {
  const script = join(root, 'scripts/build-web.ts')
  return spawnSync(process.execPath, [script, '--when-stale'], { cwd: root, stdio: 'inherit' }).status === 0
}

interface Counts {
  readonly tests: number
  readonly passed: number
  readonly cancelled: number
  readonly skipped: number
  readonly todo: number
}

async function runTests(files: string[]): Promise<{ counts: Counts | undefined; durationMs: number }> {
  let counts: Counts | undefined
  let durationMs = 0
  const events = run({ files, cwd: root, concurrency: 2, timeout: FILE_LIMIT_MS })
  events.on('test:summary', (summary) => {
    if (summary.file !== undefined) return
    counts = summary.counts
    durationMs = summary.duration_ms
  })
  const report = events.compose(new spec())
  report.pipe(process.stdout, { end: false })
  await finished(report)
  return { counts, durationMs }
}

/** The closing lines in the form that other programs read. */
function printTotals(counts: Counts, durationMs: number): void {
  const failed = counts.tests - counts.passed - counts.cancelled - counts.skipped - counts.todo
  const totals = { tests: counts.tests, pass: counts.passed, fail: failed, cancelled: counts.cancelled }
  const rest = { skipped: counts.skipped, todo: counts.todo, duration_ms: Math.round(durationMs) }
  const lines = Object.entries({ ...totals, ...rest }).map(([name, value]) => `# ${name} ${value}\n`)
  process.stdout.write(lines.join(''))
}

async function main(): Promise<boolean> {
  const filters = process.argv.slice(2)
  const files = listTestFiles(filters)
  if (!hasPrograms(files)) return false
  if (files.some((file) => file.includes(`${sep}e2e${sep}`)) && !hasWebApp()) return false
  const isChecked =
    filters.length > 0 ||
    spawnSync(process.execPath, [join(root, 'scripts/check.ts')], { cwd: root, stdio: 'inherit' }).status === 0
  if (files.length === 0) {
    process.stderr.write(`No test file matches ${filters.join(', ') || 'anything'}.\n`)
    return false
  }
  const { counts, durationMs } = await runTests(files)
  if (!counts || counts.tests === 0) {
    process.stderr.write('No test ran.\n')
    return false
  }
  printTotals(counts, durationMs)
  if (counts.skipped > 0) process.stderr.write('Some tests were skipped. Nothing may be skipped silently.\n')
  if (!isChecked) process.stderr.write('The house rules are broken; see the checks above.\n')
  return isChecked && counts.passed === counts.tests
}

process.exitCode = (await main()) ? 0 : 1
