import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../support/find-program.ts'

const MODULE = join(import.meta.dirname, 'compose-two')
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/compose')
const SOURCE = 'github.com/docker/compose/v2'
const BUILD_LIMIT_MS = 60 * 60_000

/** Where Docker Compose 2 lies: built once by Go, in the version that compose-two/go.mod pins, into the cache of this clone. */
export function requireComposeTwo(tell: (what: string) => void): string {
  const version = new RegExp(`${SOURCE} (v[\\d.]+)`).exec(readFileSync(join(MODULE, 'go.mod'), 'utf8'))?.[1] ?? ''
  const built = join(CACHE, `docker-compose-${version}`)
  if (existsSync(built)) return built
  const go = findProgram(['go'], ['/usr/local/go/bin/go'])
  if (!go) throw new Error('There is no Go to build Docker Compose 2 with: https://go.dev/doc/install')
  tell(`Building Docker Compose ${version}: some minutes, once ...`)
  const named = `-X ${SOURCE}/internal.Version=${version}`
  const { status, stderr } = spawnSync(
    go,
    ['build', '-trimpath', '-ldflags', `-s -w ${named}`, '-o', built, `${SOURCE}/cmd`],
    { cwd: MODULE, env: { ...process.env, CGO_ENABLED: '0' }, encoding: 'utf8', timeout: BUILD_LIMIT_MS },
  )
  if (status !== 0) throw new Error(`Docker Compose ${version} could not be built: ${stderr}`)
  return built
}
