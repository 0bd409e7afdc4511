import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../support/find-program.ts'

/** Programs that were built once stay here. */
export const CACHE = join(import.meta.dirname, '../../node_modules/.cache/kubernetes')
const BUILD_LIMIT_MS = 20 * 60_000

/** The Helm that the chart was tried with, here and where it is released. */
export const HELM_VERSION = 'v3.22.0'

/** What the check of the chart stands on, each in the version it was tried with. */
const PROGRAMS = {
  helm: `helm.sh/helm/v3/cmd/helm@${HELM_VERSION}`,
  'kubectl-validate': 'sigs.k8s.io/kubectl-validate@v0.0.4',
} as const

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/**
 * Where a program lies: built once by Go from its module into the cache of this clone. A Helm 3 that the machine has is taken as
 * it is. Throws with what to do where there is no Go.
 */
export function requireBuilt(name: keyof typeof PROGRAMS): string {
  const built = join(CACHE, name)
  if (existsSync(built)) return built
  const own = name === 'helm' ? findProgram(['helm']) : undefined
  if (own && spawnSync(own, ['version', '--short'], { encoding: 'utf8' }).stdout.startsWith('v3.')) return own
  const go = requireGo()
  console.log(`Building ${PROGRAMS[name]}: some minutes, once.`)
  const environment = { ...process.env, GOBIN: CACHE, GOFLAGS: '-trimpath' }
  const { status } = spawnSync(go, ['install', PROGRAMS[name]], {
    env: environment,
    stdio: 'inherit',
    timeout: BUILD_LIMIT_MS,
  })
  if (status !== 0 || !existsSync(built)) throw new Error(`${PROGRAMS[name]} could not be built; see above.`)
  return built
}

/** Where Go lies. Throws with where it comes from. */
export function requireGo(): string {
  const go = findProgram(['go'], ['/usr/local/go/bin/go'])
  if (!go) throw new Error('There is no Go 1.26 to build the programs with: https://go.dev/doc/install')
  return go
}

/** Runs a program to its end with a text for its standard input. */
export function runProgram(program: string, args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe' })
    const said = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, ...said }))
    // One that has ended before it read all says why by its exit code.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
