import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Docker } from './docker.ts'
import { STAND_INS } from './stand-ins.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The name of the image that the checks make. */
export const IMAGE = 'sophia:check'

interface Wishes {
  /** Upon the stand-in for Node's image instead of the one of a registry. */
  readonly isUponStandIn: boolean
  /** A file with the authority of who looks into TLS. */
  readonly ca: string | undefined
}

/** The commit that is built, also when another is made meanwhile. */
export const REVISION =
  spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim() || 'unknown'

/** Builds Sophia's image from this clone; answers how many seconds that took. */
export async function buildImage({ docker }: Docker, { isUponStandIn, ca }: Wishes): Promise<number> {
  const beganMs = performance.now()
  const base = isUponStandIn ? ['--build-arg', `NODE_IMAGE=${STAND_INS['NODE_IMAGE']}`] : []
  const secret = ca === undefined ? [] : ['--secret', `id=ca,src=${ca}`]
  const how = ['--file', 'deploy/docker/Dockerfile', '--build-arg', `REVISION=${REVISION}`, '--tag', IMAGE]
  await docker(['build', ...how, ...base, ...secret, ROOT])
  return Math.round((performance.now() - beganMs) / 1000)
}
