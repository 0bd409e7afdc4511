import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findProgram } from '../test/support/find-program.ts'

/** A program that is not Sophia's own, and how it is had. */
export interface Program {
  readonly title: string
  /** Its Debian package. */
  readonly aptPackage: string
  readonly elsewhere: string
  readonly isThere: () => boolean
  /** Where installing its package is not the way. */
  readonly install?: () => void
}

export const REDIS: Program = {
  title: 'Redis',
  aptPackage: 'redis-server',
  elsewhere: 'install redis-server',
  isThere: () => findProgram(['redis-server']) !== undefined,
}

export const HAPROXY: Program = {
  title: 'HAProxy',
  aptPackage: 'haproxy',
  elsewhere: 'install haproxy',
  isThere: () => findProgram(['haproxy']) !== undefined,
}

const APT = ['apt-get', 'install', '-y', '-q', '--no-install-recommends']

/**
 * Sees that these are there, installing what is missing in one go where that may be done without asking: as root on Debian and Ubuntu.
 * False when one is still missing; what to run then stands on stderr.
 */
export function hasPrograms(needed: readonly Program[]): boolean {
  const missing = (): Program[] => needed.filter(({ isThere }) => !isThere())
  const wanted = missing()
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version')
  if (wanted.length > 0 && mayInstall) installAll(wanted)
  for (const { title, aptPackage, elsewhere } of missing()) {
    const how = process.platform === 'linux' ? `sudo ${APT.join(' ')} ${aptPackage}` : elsewhere
    process.stderr.write(`This needs ${title}, and none was found. Run: ${how}\n`)
  }
  return missing().length === 0
}

function installAll(wanted: readonly Program[]): void {
  process.stderr.write(`Installing ${wanted.map(({ title }) => title).join(' and ')} ...\n`)
  const quiet = ['DEBIAN_FRONTEND=noninteractive']
  // Some packages would start their program as a service: ours are started by hand, and none is wanted beside them.
  const packages = wanted.filter(({ install }) => !install).map(({ aptPackage }) => aptPackage)
  if (packages.length > 0) {
    spawnSync('env', [...quiet, 'apt-get', 'update', '-q'], { stdio: ['ignore', 'ignore', 'inherit'] })
    spawnSync('env', [...quiet, 'RUNLEVEL=1', ...APT, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  for (const { install } of wanted) install?.()
}
