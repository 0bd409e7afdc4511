import { existsSync, globSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../support/until.ts'

/** Under which all that the node runs is counted. */
export const CGROUP = '/sophia-check'
const HIERARCHIES = '/sys/fs/cgroup'

/** Where the group lies: once, or once in each hierarchy of version 1. */
function places(): string[] {
  if (existsSync(join(HIERARCHIES, 'cgroup.controllers'))) return [join(HIERARCHIES, CGROUP)]
  return globSync('*/cgroup.procs', { cwd: HIERARCHIES }).map((file) => join(HIERARCHIES, file, '..', CGROUP))
}

/** Makes the group. */
export function makeCgroups(): void {
  for (const place of places()) {
    mkdirSync(place, { recursive: true })
    // Version 1 gives a new group no processors and no memory to run on.
    for (const name of ['cpuset.cpus', 'cpuset.mems'])
      if (existsSync(join(place, name)) && existsSync(join(place, 'cgroup.clone_children')))
        writeFileSync(join(place, name), readFileSync(join(place, '..', name)))
  }
}

/** Takes the group away with all in it, deepest first. All its processes must have ended, which the kernel may notice a moment later. */
export async function removeCgroups(): Promise<void> {
  const hasGone = (): boolean => {
    try {
      for (const place of places()) removeTree(place)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EBUSY') return false
      throw error
    }
  }
  await until(hasGone, 'the control groups are empty')
}

function removeTree(place: string): void {
  if (!existsSync(place)) return
  const inner = globSync('**/', { cwd: place }).map((path) => join(place, path))
  for (const path of inner.toSorted((a, b) => b.length - a.length)) rmdirSync(path)
  if (existsSync(place)) rmdirSync(place)
}
