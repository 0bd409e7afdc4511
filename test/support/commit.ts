import { spawnSync } from 'node:child_process'

/** The commit of the working copy, marked when the tree holds more than it. */
export function describeCommit(): string {
  const git = (...args: string[]): string =>
    spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout?.trim() ?? ''
  const commit = git('rev-parse', '--short=12', 'HEAD')
  return commit === '' ? 'unknown' : `${commit}${git('status', '--porcelain') === '' ? '' : '-dirty'}`
}
