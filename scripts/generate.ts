/** Writes the files that are made from code. With `--check` it writes nothing and names those that are stale. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ERRORS, type ErrorCode } from '#domain/errors.ts'
import { toOpenApi } from '#http/openapi.ts'
import { STATUS } from '#http/problem.ts'
import { SETTINGS, type Setting } from '#platform/config/settings.ts'
import { VERSION } from '#platform/version.ts'
import { exitCodeOf } from '../src/cli/exit-code.ts'
import {
  alertsPage,
  prometheusBudgetTests,
  prometheusRuleObject,
  prometheusRules,
  prometheusRuleTests,
} from './alert-files.ts'
import { alertmanagerConfig, pendingCauses, prometheusConfig } from './alertmanager-files.ts'
import { grafanaDashboard } from './grafana-dashboard.ts'
import { HELM_FILES } from './helm-files.ts'
import { listAllRoutes } from './all-routes.ts'
import { buildScanModule } from './build-scan-module.ts'
import { SERVICE_FILES } from './service-files.ts'

const root = join(import.meta.dirname, '..')
const NOTICE = 'Made from the code by `npm run generate`; do not edit by hand.'

/** Each generated file with what its content must be. */
const FILES: Readonly<Record<string, () => string | Promise<string>>> = {
  '.env.example': envExample,
  'docs/develop/config.md': configPage,
  'deploy/grafana/sophia.json': grafanaDashboard,
  'deploy/kubernetes/prometheus-rule.yaml': prometheusRuleObject,
  'deploy/prometheus/alertmanager.yaml': alertmanagerConfig,
  'deploy/prometheus/budgets.test.yaml': prometheusBudgetTests,
  'deploy/prometheus/causes.yaml': pendingCauses,
  'deploy/prometheus/prometheus.yaml': prometheusConfig,
  'deploy/prometheus/rules.test.yaml': prometheusRuleTests,
  'deploy/prometheus/rules.yaml': prometheusRules,
  'docs/develop/errors.md': errorsPage,
  'docs/use/alerts-reference.md': alertsPage,
  'docs/develop/openapi.json': () => `${JSON.stringify(toOpenApi(listAllRoutes(), VERSION), null, 1)}\n`,
  'src/platform/vectors/scan-module.ts': buildScanModule,
  ...HELM_FILES,
  ...SERVICE_FILES,
}

const settings: readonly [string, Setting][] = Object.entries(SETTINGS)

function envExample(): string {
  const entries = settings.map(([name, setting]) => {
    const standard = setting.standard === '' ? '' : ` Without it: ${setting.standard}.`
    return `# ${setting.about}${standard}\n#${name}=\n`
  })
  const head = [
    '# Settings of Sophia. All may stay unset. Each NAME may also come from a file: NAME_FILE=/path.',
    '# npm start and npx sophia read .env beside this file: copy it there, chmod 600. What is set in the environment goes before it.',
    '# Services, tests and containers do not read it. Nor does a shell: ~ and $NAME mean nothing, and what has a # in it stands in quotes.',
    `# ${NOTICE.replaceAll('`', '')}`,
  ]
  return `${head.join('\n')}\n\n${entries.join('\n')}`
}

function configPage(): string {
  const rows = settings.map(([name, { about, standard, isSecret }]) => [
    `\`${name}\``,
    about,
    standard === '' ? 'none' : standard,
    isSecret ? 'yes' : '',
  ])
  return [
    '# Settings',
    '',
    NOTICE,
    '',
    'Sophia reads the environment once, at the start. Each name may come as `NAME` or, from a file, as `NAME_FILE`; both',
    'at once is a fault. An empty value counts as absent. A name that starts with `SOPHIA_` and is not in this table is a',
    'fault too. All faults come in one message, with exit code 78. `sophia config check` prints what is in force, and from where.',
    '',
    '`npm start` and `npx sophia` in a clone also read `.env` at its root, a copy of `.env.example`; what the environment says goes',
    'before it ([settings](../use/operate.md#settings)).',
    '',
    'Secrets are printed as `[secret]`, also in logs.',
    '',
    table(['Name', 'What it does', 'Without it', 'Secret'], rows),
  ].join('\n')
}

function errorsPage(): string {
  const rows = codes().map((code) => [
    `<a id="${code.toLowerCase().replaceAll('_', '-')}"></a>\`${code}\``,
    ERRORS[code].message,
    ERRORS[code].retryable ? 'yes' : '',
    String(STATUS[code]),
    String(exitCodeOf(code)),
  ])
  return [
    '# Errors',
    '',
    NOTICE,
    '',
    'Over HTTP an error is an RFC 9457 problem (`application/problem+json`) with `type`, `title`, `status`, `code`,',
    '`detail`, `correlationId` and, where fields are at fault, `errors: [{path, message}]`. On the socket and in a stream',
    'it carries the same code. The command line prints the sentence and ends with the exit code.',
    '',
    'The sentence here is the general one; where more is known, `detail` says more.',
    '',
    table(['Code', 'What it says', 'Trying again can help', 'HTTP status', 'Exit code'], rows),
  ].join('\n')
}

function codes(): ErrorCode[] {
  // Object.keys widens to string; the keys of the catalogue are the codes.
  return Object.keys(ERRORS) as ErrorCode[]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}

/** What is on disk, or nothing when the file is not there. */
async function readOrNothing(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check')
  const stale: string[] = []
  for (const [name, make] of Object.entries(FILES)) {
    const path = join(root, name)
    const content = await make()
    if ((await readOrNothing(path)) === content) continue
    stale.push(name)
    if (isCheck) continue
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  if (stale.length === 0) return console.log('Generated files are fresh.')
  console.log(isCheck ? `Stale: ${stale.join(', ')}. Run: npm run generate` : `Written: ${stale.join(', ')}`)
  if (isCheck) process.exitCode = 1
}

await main()
