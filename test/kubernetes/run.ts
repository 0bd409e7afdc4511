/**
 * `npm run helm:check`: the chart through Helm itself. Lints it, renders the examples and a matrix of values, holds what comes out
 * to the policies and to the schemas, holds the kept manifests to it, and sees what must be refused refused. `--write` writes
 * the kept manifests. Needs Go, or a Helm 3; both programs are built once into `node_modules/.cache`.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHART, EXAMPLES, renderedText, type Example } from './examples.ts'
import { isOfKubernetes, schemaFaults, typeFaults } from './known-kinds.ts'
import { MATRIX, REFUSED } from './matrix.ts'
import { readManifests } from './objects.ts'
import { policyFaults } from './policies.ts'
import { requireBuilt, runProgram, type Ended } from './programs.ts'

/** The oldest Kubernetes that the chart is for; the newest that the validator knows. */
const KUBERNETES = '1.30'
const PLAIN = EXAMPLES.find(({ name }) => name === 'plain')
const folder = mkdtempSync(join(tmpdir(), 'sophia-chart-'))
let failed = 0

function report(title: string, faults: readonly string[]): void {
  console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${title}`)
  for (const fault of faults) console.log(`         ${fault}`)
  if (faults.length > 0) failed += 1
}

function helm(args: readonly string[]): Promise<Ended> {
  return runProgram(requireBuilt('helm'), args)
}

function template(valuesFiles: readonly string[], chart = CHART): Promise<Ended> {
  const values = valuesFiles.flatMap((file) => ['--values', file])
  return helm(['template', 'sophia', chart, '--namespace', 'sophia', '--kube-version', KUBERNETES, ...values])
}

/** What the schemas of Kubernetes itself say; kinds of others are judged by their types and schemas from npm. */
async function validatorFaults(text: string): Promise<string[]> {
  const own = readManifests(text).filter(isOfKubernetes)
  const file = join(folder, 'own.yaml')
  writeFileSync(file, own.map((one) => JSON.stringify(one)).join('\n---\n'))
  const { code, out, err } = await runProgram(requireBuilt('kubectl-validate'), [file, '--version', KUBERNETES])
  return code === 0 ? [] : [`${out}${err}`.trim()]
}

async function faultsOf(rendered: Ended): Promise<string[]> {
  if (rendered.code !== 0) return [rendered.err.trim()]
  const manifests = readManifests(rendered.out)
  return [
    ...policyFaults(manifests),
    ...(await schemaFaults(manifests)),
    ...typeFaults(manifests),
    ...(await validatorFaults(rendered.out)),
  ]
}

async function checkExample(example: Example, mayWrite: boolean): Promise<void> {
  const linted = await helm(['lint', '--strict', CHART, '--values', example.valuesFile])
  report(`lint, ${example.name}`, linted.code === 0 ? [] : [`${linted.out}${linted.err}`.trim()])
  const rendered = await template([example.valuesFile])
  report(`policies and schemas, ${example.name}`, await faultsOf(rendered))
  if (rendered.code !== 0) return
  const text = renderedText(example, rendered.out)
  if (mayWrite) writeFileSync(example.renderedFile, text)
  const isKept = readFileSync(example.renderedFile, 'utf8') === text
  report(`kept manifests, ${example.name}`, isKept ? [] : ['They are stale. Run: npm run helm:check -- --write'])
}

/** Whether the Job that migrates has a name of its own for each of these values. */
async function jobNameFaults(plain: string, layers: readonly object[]): Promise<string[]> {
  const names = new Set<string>()
  for (const values of layers) {
    const { out } = await template([plain, valuesFile(values)])
    const job = readManifests(out).find(({ kind }) => kind === 'Job')
    if (!job) return [`No Job is rendered with ${JSON.stringify(values)}`]
    names.add(job.metadata.name)
  }
  return names.size === layers.length ? [] : [`One name for several: ${[...names].join(', ')}`]
}

/** What Helm says after an installation, as it renders no notes by itself: as a text in an object of a copy of the chart. */
async function notesFor(plain: string, values: object): Promise<string> {
  const copy = join(folder, 'chart')
  rmSync(copy, { recursive: true, force: true })
  cpSync(CHART, copy, { recursive: true })
  const text = readFileSync(join(CHART, 'templates/NOTES.txt'), 'utf8').replaceAll(/^/gm, '    ')
  const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: notes }\ndata:\n  notes: |\n'
  writeFileSync(join(copy, 'templates/notes.yaml'), `${head}${text}`)
  const { code, out, err } = await template([plain, valuesFile(values)], copy)
  return code === 0 ? out.slice(out.indexOf('templates/notes.yaml')) : err
}

/** Whoever installs what keeps no backup is told so, and nobody else. */
async function noteFaults(plain: string): Promise<string[]> {
  const settings = { SOPHIA_BACKUP_TARGET: 's3://example-backups/sophia' }
  const faults: string[] = []
  for (const values of [{}, { settings }, { backup: { enabled: true } }]) {
    const notes = await notesFor(plain, values)
    const isTold = notes.includes('NOTHING IS BACKED UP')
    if (isTold !== (Object.keys(values).length === 0)) faults.push(`${JSON.stringify(values)}: ${notes}`)
  }
  return faults
}

function valuesFile(values: object): string {
  const file = join(folder, 'values.json')
  writeFileSync(file, JSON.stringify(values))
  return file
}

async function main(): Promise<void> {
  if (!PLAIN) throw new Error('There is no example named plain.')
  for (const example of EXAMPLES) await checkExample(example, process.argv.includes('--write'))
  for (const [title, values] of Object.entries(MATRIX))
    report(title, await faultsOf(await template([PLAIN.valuesFile, valuesFile(values)])))
  const migration = { enabled: true }
  const settings = { SOPHIA_LOG_LEVEL: 'debug' }
  const jobs = [{ migration }, { migration, settings }, { migration, image: { tag: '9.9.9' } }]
  report('a migration Job of its own for each version and setting', await jobNameFaults(PLAIN.valuesFile, jobs))
  report('a warning where nothing is backed up', await noteFaults(PLAIN.valuesFile))
  for (const { values, says } of REFUSED) {
    const { code, err } = await template([PLAIN.valuesFile, valuesFile(values)])
    const isRefused = code !== 0 && says.test(err)
    report(`refused: ${JSON.stringify(values)}`, isRefused ? [] : [`It ended with ${code} and said: ${err.trim()}`])
  }
}

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(failed === 0 ? 'The chart is well.' : `${failed} of the checks failed.`)
process.exitCode = failed === 0 ? 0 : 1
