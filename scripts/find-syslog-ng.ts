import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../test/support/find-program.ts'

const CACHE = join(import.meta.dirname, '../node_modules/.cache/syslog-ng')
const ROOT = join(CACHE, 'root')
const PACKAGES = ['syslog-ng-core', 'syslog-ng-mod-http']

export interface FoundProgram {
  readonly path: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** The one that is installed, or else the one that was unpacked for the tests. */
export function findSyslogNg(): FoundProgram | undefined {
  const installed = findProgram(['syslog-ng'])
  if (installed !== undefined) return { path: installed, args: [], environment: {} }
  const [path] = globSync('usr/sbin/syslog-ng', { cwd: ROOT })
  const [modules] = globSync('usr/lib/syslog-ng/*/libhttp.so', { cwd: ROOT })
  if (path === undefined || modules === undefined) return undefined
  const libraries = globSync(['usr/lib/*-linux-gnu*', 'lib/*-linux-gnu*', 'usr/lib/syslog-ng'], { cwd: ROOT })
  return {
    path: join(ROOT, path),
    args: [`--module-path=${join(ROOT, modules, '..')}`],
    environment: { LD_LIBRARY_PATH: libraries.map((folder) => join(ROOT, folder)).join(':') },
  }
}

/**
 * Fetches the Debian packages and unpacks them beside the other things that can be made anew. Installed, they would take the place
 * of the machine's own log daemon.
 */
export function unpackSyslogNg(): void {
  const packages = join(CACHE, 'packages')
  mkdirSync(packages, { recursive: true })
  const where = ['-o', `Dir::Cache::archives=${packages}`]
  const fetch = ['install', '-y', '-q', '--download-only', '--no-install-recommends', ...where, ...PACKAGES]
  for (const order of [['update', '-q'], fetch]) spawnSync('apt-get', order, { stdio: ['ignore', 'ignore', 'inherit'] })
  for (const file of globSync('*.deb', { cwd: packages })) spawnSync('dpkg', ['-x', join(packages, file), ROOT])
}
