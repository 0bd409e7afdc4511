import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { titleOf, type Manifest } from './objects.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Beside the packages whose types it needs, and out of git's sight. */
const WORK = join(ROOT, '.cache')

/** Where the schemas of a group come from; all others are Kubernetes' own. */
const PACKAGES: Readonly<Record<string, string>> = {
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
}

/** Of Kubernetes itself, and not of an operator that a cluster may have or not. */
export function isOfKubernetes({ apiVersion }: Manifest): boolean {
  return PACKAGES[apiVersion.split('/')[0] ?? ''] === undefined
}

function moduleOf({ apiVersion, kind }: Manifest): string {
  return `${PACKAGES[apiVersion.split('/')[0] ?? ''] ?? 'kubernetes-models'}/${apiVersion}/${kind}`
}

/** The constructor of a kind takes an object and judges it by the schema of its API version. */
const Kind = z.custom<new (data: object) => { validate(): void }>((value) => typeof value === 'function')

/** What the schema of the API version that each object names says against it: forms, patterns, what is missing. */
export async function schemaFaults(manifests: readonly Manifest[]): Promise<string[]> {
  const faults = await Promise.all(
    manifests.map(async (manifest) => {
      try {
        const found: unknown = await import(moduleOf(manifest))
        const Model = Kind.parse(z.record(z.string(), z.unknown()).parse(found)[manifest.kind])
        new Model(manifest).validate()
        return []
      } catch (error) {
        return [`${titleOf(manifest)}: ${error instanceof Error ? error.message : String(error)}`]
      }
    }),
  )
  return faults.flat()
}

/**
 * What the compiler says when each object is given the type of its kind: fields that there are not, and words that are none
 * of those that may be said. The schemas above let both pass.
 */
export function typeFaults(manifests: readonly Manifest[]): string[] {
  mkdirSync(WORK, { recursive: true })
  const folder = mkdtempSync(join(WORK, 'manifests-'))
  try {
    const lines = manifests.map(
      (manifest, at) =>
        `export const object${at}: import('${moduleOf(manifest)}').I${manifest.kind} = ${JSON.stringify(manifest)}`,
    )
    writeFileSync(join(folder, 'objects.ts'), lines.join('\n'))
    const options = { strict: true, noEmit: true, module: 'nodenext', skipLibCheck: true, types: [] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['objects.ts'] }))
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    const { stdout, stderr, status } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    })
    if (status === 0) return []
    // A line of each object: its number says whose fault it is.
    return `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [, at, says = line] = /objects\.ts\((\d+),\d+\): (.*)/.exec(line) ?? []
        const manifest = manifests[Number(at) - 1]
        return manifest ? `${titleOf(manifest)}: ${says}` : says
      })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
