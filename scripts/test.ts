/**
 * All tests: sees that a browser is there, checks the house rules, then runs every test file, two at a time.
 * Arguments are parts of file names; with any, only matching files run, without the checks.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join, sep } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { findChromium } from '../test/support/chromium.ts'

const root = join(import.meta.dirname, '..')
const FILE_LIMIT_MS = 15 * 60_000
const APT = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'chromium']

function listTestFiles(filters: readonly string[]): string[] {
  const patterns = ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts']
  const files = globSync(patterns, { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' })
  const chosen = files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  return chosen.toSorted().map((file) => join(root, file))
}

/** Finds a browser, installing one where that may be done without asking: as root on Debian and Ubuntu. */
function hasBrowser(): boolean {
  if (findChromium()) return true
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version')
  if (mayInstall) {
    process.stderr.write('Installing Chromium for the browser tests ...\n')
    const quiet = ['DEBIAN_FRONTEND=noninteractive']
    spawnSync('env', [...quiet, 'apt-get', 'update', '-q'], { stdio: ['ignore', 'ignore', 'inherit'] })
    spawnSync('env', [...quiet, ...APT], { stdio: ['ignore', 'ignore', 'inherit'] })
    if (findChromium()) return true
  }
  const how = process.platform === 'linux' ? `sudo ${APT.join(' ')}` : 'install Google Chrome or Chromium'
  process.stderr.write(`The browser tests need Chromium, and none was found. Run: ${how}\n`)
  return false
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
  const needsBrowser = files.some((file) => file.includes(`${sep}e2e${sep}`))
  if (needsBrowser && !(hasBrowser() && hasWebApp())) return false
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
