/**
 * All tests: sees that the programs they stand on are there, checks the house rules, then runs every test file, two at a time. Up to three
 * that failed are run once more alone, and named as unsteady where they pass then.
 * Arguments are parts of file names; with any, only matching files run, without the checks.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { findChromium } from '../test/support/chromium.ts'
import { findProgram } from '../test/support/find-program.ts'
import { openCanaryReport } from './canary-report.ts'
import { findSyslogNg, unpackSyslogNg } from './find-syslog-ng.ts'
import { hasPrograms, HAPROXY, REDIS, type Program } from './programs.ts'
import { runTestFiles, type Outcome } from './run-test-files.ts'

const root = join(import.meta.dirname, '..')
/** Several times what the longest takes beside another one. */
const FILE_LIMIT_MS = 15 * 60_000
/** More than that is no chance meeting of files on a busy machine. */
const ONCE_MORE = 3

function listTestFiles(filters: readonly string[]): string[] {
  const patterns = ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts']
  const files = globSync(patterns, { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' })
  const chosen = files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  return chosen.toSorted().map((file) => join(root, file))
}

/** A program that some tests stand on. */
interface Needed extends Program {
  readonly isFor: (file: string, source: string) => boolean
}

/** Of the files that start a whole cluster. */
const isOfCluster = (source: string): boolean => /support\/cluster\/|\.\/run-cluster\.ts/.test(source)

const PROGRAMS: readonly Needed[] = [
  {
    title: 'Chromium',
    aptPackage: 'chromium',
    elsewhere: 'install Google Chrome or Chromium',
    isThere: () => findChromium() !== undefined,
    isFor: (file) => file.includes(`${sep}e2e${sep}`),
  },
  {
    ...REDIS,
    isFor: (_file, source) => /(support|scratch)\/redis(-[a-z]+)?\.ts/.test(source) || isOfCluster(source),
  },
  {
    ...HAPROXY,
    isFor: (_file, source) => isOfCluster(source),
  },
  {
    title: 'OpenSSL',
    aptPackage: 'openssl',
    elsewhere: 'install openssl',
    isThere: () => findProgram(['openssl']) !== undefined,
    isFor: (_file, source) => source.includes('support/certificates.ts'),
  },
  {
    title: 'age',
    aptPackage: 'age',
    elsewhere: 'install age',
    isThere: () => findProgram(['age']) !== undefined && findProgram(['age-keygen']) !== undefined,
    isFor: (_file, source) => source.includes('support/age.ts'),
  },
  {
    title: 'PgBouncer',
    aptPackage: 'pgbouncer',
    elsewhere: 'install pgbouncer',
    isThere: () => findProgram(['pgbouncer']) !== undefined,
    isFor: (_file, source) => source.includes('support/pgbouncer.ts'),
  },
  {
    title: 'Prometheus',
    aptPackage: 'prometheus',
    elsewhere: 'install prometheus with promtool',
    isThere: () => findProgram(['prometheus']) !== undefined && findProgram(['promtool']) !== undefined,
    isFor: (_file, source) => source.includes('support/prometheus.ts'),
  },
  {
    title: 'Alertmanager',
    aptPackage: 'prometheus-alertmanager',
    elsewhere: 'install Alertmanager with amtool',
    isThere: () =>
      findProgram(['prometheus-alertmanager', 'alertmanager']) !== undefined && findProgram(['amtool']) !== undefined,
    isFor: (_file, source) => source.includes('support/alertmanager.ts'),
  },
  {
    title: 'systemd-analyze and systemd-notify',
    aptPackage: 'systemd',
    elsewhere: 'run these tests on a Linux with systemd 246 or newer',
    isThere: () => findProgram(['systemd-analyze']) !== undefined && findProgram(['systemd-notify']) !== undefined,
    isFor: (_file, source) => /support\/systemd(-[a-z]+)?\.ts/.test(source),
  },
  {
    title: 'Python 3',
    aptPackage: 'python3',
    elsewhere: 'install Python 3',
    isThere: () => findProgram(['python3']) !== undefined,
    isFor: (_file, source) => /support\/(python|systemd-socket)\.ts/.test(source),
  },
  {
    title: 'syslog-ng',
    aptPackage: 'syslog-ng-core syslog-ng-mod-http',
    elsewhere: 'install syslog-ng with its HTTP destination',
    isThere: () => findSyslogNg() !== undefined,
    isFor: (_file, source) => source.includes('support/syslog-ng.ts'),
    install: unpackSyslogNg,
  },
  ...['zsh', 'fish'].map((shell) => ({
    title: shell,
    aptPackage: shell,
    elsewhere: `install ${shell}`,
    isThere: () => findProgram([shell]) !== undefined,
    isFor: (file: string) => file.includes(`${sep}completion${sep}`),
  })),
]

/** What these files stand on. */
function neededBy(files: readonly string[]): readonly Program[] {
  const sources = files.map((file) => ({ file, source: readFileSync(file, 'utf8') }))
  return PROGRAMS.filter(({ isFor }) => sources.some(({ file, source }) => isFor(file, source)))
}

/** Builds the web app when its sources changed since it was built; the browser tests look at what is served. */
function hasWebApp(): boolean {
  const script = join(root, 'scripts/build-web.ts')
  return spawnSync(process.execPath, [script, '--when-stale'], { cwd: root, stdio: 'inherit' }).status === 0
}

/** The closing lines in the form that other programs read, and which files are unsteady. */
function printTotals({ counts, unsteady }: Outcome, durationMs: number): void {
  const failed = counts.tests - counts.passed - counts.cancelled - counts.skipped - counts.todo
  const totals = { tests: counts.tests, pass: counts.passed, fail: failed, cancelled: counts.cancelled }
  const rest = { skipped: counts.skipped, todo: counts.todo, duration_ms: Math.round(durationMs) }
  const lines = Object.entries({ ...totals, ...rest }).map(([name, value]) => `# ${name} ${value}\n`)
  process.stdout.write(lines.join(''))
  for (const file of unsteady) process.stderr.write(`Unsteady: ${file} failed beside others and passed alone.\n`)
}

async function main(): Promise<boolean> {
  const filters = process.argv.slice(2)
  const files = listTestFiles(filters)
  if (!hasPrograms(neededBy(files))) return false
  if (files.some((file) => file.includes(`${sep}e2e${sep}`)) && !hasWebApp()) return false
  const isChecked =
    filters.length > 0 ||
    spawnSync(process.execPath, [join(root, 'scripts/check.ts')], { cwd: root, stdio: 'inherit' }).status === 0
  if (files.length === 0) {
    process.stderr.write(`No test file matches ${filters.join(', ') || 'anything'}.\n`)
    return false
  }
  const beganMs = performance.now()
  const canaries = openCanaryReport()
  const plan = { files, root, atOnce: 2, limitMs: FILE_LIMIT_MS, onceMore: ONCE_MORE }
  const outcome = await runTestFiles(plan)
  const { counts } = outcome
  if (counts.tests === 0) {
    process.stderr.write('No test ran.\n')
    return false
  }
  const isTight = canaries.close()
  printTotals(outcome, performance.now() - beganMs)
  if (counts.skipped > 0) process.stderr.write('Some tests were skipped. Nothing may be skipped silently.\n')
  if (!isChecked) process.stderr.write('The house rules are broken; see the checks above.\n')
  return isChecked && isTight && counts.passed === counts.tests
}

// Something that a test left behind may hold an end of a pipe to this process.
process.exit((await main()) ? 0 : 1)
