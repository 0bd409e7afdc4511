import { globSync } from 'node:fs'

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.cache', 'results'])

/** Files of the repository, made and installed ones left out. */
export function listFiles(patterns: readonly string[]): string[] {
  return globSync([...patterns], {
    exclude: (name) => NOT_OURS.has(name) || name.startsWith('dist.partial'),
  }).toSorted()
}
