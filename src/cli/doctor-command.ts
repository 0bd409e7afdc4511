import type { Command } from 'commander'
import type { CheckResult, FindingStatus } from '#domain/doctor/finding.ts'
import type { Doctor } from '#features/operations/doctor/index.ts'
import { EXIT } from './exit-code.ts'

interface DoctorOptions {
  readonly json?: boolean
}

/** `sophia doctor`: looks at all that this deployment stands on; exit code 1 when something fails, 78 for faulty settings. */
export function addDoctorCommand(program: Command, open: () => Doctor): void {
  program
    .command('doctor')
    .description('look at everything this deployment stands on, and say what to do; changes nothing')
    .option('--json', 'print JSON')
    .action(async (options: DoctorOptions) => {
      const checks = await open().examine()
      const status = statusOf(checks)
      if (options.json) console.log(JSON.stringify({ status, checks }))
      else for (const line of linesOf(checks)) console.log(line)
      if (status !== 'fail') return
      const isOfSettings = checks.some(({ id, status: state }) => id === 'settings' && state === 'fail')
      process.exitCode = isOfSettings ? EXIT.configuration : EXIT.failed
    })
}

function statusOf(checks: readonly CheckResult[]): 'ok' | 'warn' | 'fail' {
  return (['fail', 'warn'] as const).find((grave) => checks.some(({ status }) => status === grave)) ?? 'ok'
}

const WORDS: Readonly<Record<FindingStatus, string>> = {
  ok: 'ok',
  warn: 'warn',
  fail: 'FAIL',
  not_configured: '-',
  unknown: '?',
}

function linesOf(checks: readonly CheckResult[]): string[] {
  const width = Math.max(...checks.map(({ id }) => id.length))
  const indent = ' '.repeat(width + 8)
  const told = checks.flatMap(({ id, status, detail, fix }) => [
    `${WORDS[status].padEnd(4)}  ${id.padEnd(width)}  ${detail}`,
    ...(fix === null ? [] : [`${indent}-> ${fix}`]),
  ])
  const count = (wanted: FindingStatus): number => checks.filter(({ status }) => status === wanted).length
  const counted = (wanted: 'warn' | 'fail', word: string): string =>
    `${count(wanted)} ${word}${count(wanted) === 1 ? '' : 's'}`
  const faults = `${counted('warn', 'warning')}, ${counted('fail', 'failure')}`
  const rest = `${count('not_configured')} not configured (-), ${count('unknown')} not known (?)`
  return [...told, '', `${count('ok')} ok, ${faults}, ${rest}`]
}
