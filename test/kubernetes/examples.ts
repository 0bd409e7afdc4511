import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
export const CHART = join(ROOT, 'deploy/helm/sophia')

/** One set of values with the manifests that are rendered from it and kept in the repository. */
export interface Example {
  readonly name: string
  readonly valuesFile: string
  readonly renderedFile: string
}

/** In order of their names. */
export const EXAMPLES: readonly Example[] = globSync('deploy/helm/values/*.yaml', { cwd: ROOT })
  .toSorted()
  .map((file) => {
    const name = basename(file, '.yaml')
    return { name, valuesFile: join(ROOT, file), renderedFile: join(ROOT, `deploy/kubernetes/${name}.yaml`) }
  })

/**
 * A seal over all that a rendering follows from, so that a stale one is seen without Helm. What is made from the code is left
 * out: examples switch off what would be rendered from it.
 */
export function sealOf({ valuesFile }: Example): string {
  const files = ['Chart.yaml', 'values.yaml', ...globSync('templates/*', { cwd: CHART }).toSorted()]
  const hash = createHash('sha256')
  for (const file of [...files.map((name) => join(CHART, name)), valuesFile])
    hash.update(readFileSync(file, 'utf8').replaceAll('\r\n', '\n')).update('\0')
  return hash.digest('hex')
}

/** The file as it is kept: how it came to be, then what Helm said. */
export function renderedText(example: Example, manifests: string): string {
  const lines = [
    `# Rendered from deploy/helm/sophia with deploy/helm/values/${example.name}.yaml by \`npm run helm:check -- --write\`; do not edit by hand.`,
    `# Seal: ${sealOf(example)}`,
  ]
  // Trailing blanks of templates are no part of YAML.
  const body = manifests.replaceAll(/[ \t]+$/gm, '').replaceAll(/\n{2,}/g, '\n')
  return `${lines.join('\n')}\n${body.trim()}\n`
}
