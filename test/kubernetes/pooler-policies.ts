import { z } from 'zod'
import { podOf, titleOf, type Manifest } from './objects.ts'

const Settings = z.looseObject({ data: z.record(z.string(), z.string()).default({}) })

/** How a pooler speaks with PostgreSQL. Sentences; empty when all is well, or when there is no pooler. */
export function poolerFaults(manifests: readonly Manifest[]): string[] {
  return manifests
    .filter(({ kind }) => kind === 'ConfigMap')
    .flatMap((manifest) => {
      const file = Settings.parse(manifest).data['pgbouncer.ini']
      if (file === undefined) return []
      return faultsOf(file, mountsOf(manifests, manifest.metadata.name)).map((says) => `${titleOf(manifest)} ${says}`)
    })
}

/** `allow` and `prefer` go without TLS as soon as somebody between the two says there is none. */
function faultsOf(file: string, mounts: readonly string[]): string[] {
  const mode = valueOf(file, 'server_tls_sslmode')
  const authority = valueOf(file, 'server_tls_ca_file')
  if (mode === undefined || ['allow', 'prefer'].includes(mode)) return ['gives up TLS with the database when told to']
  if (!mode.startsWith('verify-')) return []
  if (authority === undefined) return ['believes in no authority, and so reaches no database']
  return mounts.some((path) => authority.startsWith(`${path}/`)) ? [] : [`mounts nothing at ${authority}`]
}

function valueOf(file: string, name: string): string | undefined {
  return new RegExp(`^${name} = (.+)$`, 'm').exec(file)?.[1]
}

/** Of the pods that read that ConfigMap. */
function mountsOf(manifests: readonly Manifest[], configMap: string): string[] {
  return manifests
    .flatMap((manifest) => podOf(manifest) ?? [])
    .filter(({ spec }) => spec.volumes.some((volume) => volume.configMap?.name === configMap))
    .flatMap(({ spec }) =>
      spec.containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ mountPath }) => mountPath)),
    )
}
