/**
 * `npm run kubernetes:check`: the chart on a real cluster. Kubernetes and etcd are built once by Go into `node_modules/.cache`, and run
 * as one node on this machine, in namespaces of their own that end with everything in them. Needs Linux, root, Go, containerd and
 * what it names when it is missing; for Sophia's image Docker, or `--images FILE` of a run before. `--stand-ins` and `--ca FILE` are
 * those of `npm run container:check`. `--json` prints figures only.
 */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { requireProgram } from '../../support/find-program.ts'
import { requireBuilt } from '../programs.ts'
import { makeCgroups, removeCgroups } from './cgroups.ts'
import { kubernetesVersion, missingParts, requireCluster } from './cluster-programs.ts'
import { findDefinitions } from './definitions.ts'
import { buildImages, type Stop } from './images.ts'
import { keepKernelSettings } from './kernel-settings.ts'
import { REVISION } from '../../container/build-image.ts'

const { values } = parseArgs({
  options: {
    'stand-ins': { type: 'boolean', default: false },
    ca: { type: 'string' },
    images: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

const STOPPED = 130

interface Order {
  readonly folder: string
  readonly programs: string
  readonly helm: string
  readonly images: string
  readonly definitions: readonly string[]
}

/** What hides the folders in which a node keeps its state, so that none of it reaches this machine's own. */
const ENTER = [
  'set -e',
  'mount --make-rshared /',
  'for place in /run /var/lib /var/log; do mount -t tmpfs tmpfs "$place"; done',
  '"$@"',
].join('; ')

function tell(what: string): void {
  if (!values.json) process.stderr.write(`${what}\n`)
}

/** Runs the node and the checks in namespaces of their own; answers the exit code and what was printed. */
function runInside(order: Order, stop: Stop): Promise<{ code: number; out: string }> {
  const apart = '--mount --net --pid --ipc --uts --fork --kill-child --mount-proc'.split(' ')
  const script = [process.execPath, ...process.execArgv, join(import.meta.dirname, 'inside.ts'), JSON.stringify(order)]
  const child = spawn(requireProgram('unshare'), [...apart, 'sh', '-c', ENTER, 'sh', ...script], {
    stdio: ['pipe', 'pipe', values.json ? 'ignore' : 'inherit'],
    // Whatever is written for a while lies in the one folder that goes at the end.
    env: { ...process.env, TMPDIR: order.folder },
    detached: true,
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  // What runs inside ends by itself when nobody holds its input any more; asked again, it is ended.
  stop.by = (times) => void (times === 1 ? child.stdin.end() : child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, out }))
  })
}

async function main(folder: string, stop: Stop): Promise<number> {
  const programs = requireCluster()
  const helm = requireBuilt('helm')
  const definitions = findDefinitions()
  const images = values.images ?? join(folder, 'images.tar')
  if (!existsSync(images)) {
    tell('Building the images ...')
    await buildImages(images, { folder, isStandIn: values['stand-ins'], ca: values.ca, stop })
  }
  if (stop.times > 0) return STOPPED
  tell(`Starting Kubernetes ${kubernetesVersion()} ...`)
  const restore = keepKernelSettings()
  makeCgroups()
  try {
    const inside = join(folder, 'node')
    mkdirSync(inside)
    chmodSync(inside, 0o711)
    const { code, out } = await runInside({ folder: inside, programs, helm, images, definitions }, stop)
    if (code === 0)
      process.stdout.write(
        `${JSON.stringify({ name: 'kubernetes', kubernetes: kubernetesVersion(), commit: REVISION, results: JSON.parse(out) as unknown })}\n`,
      )
    return code
  } finally {
    await removeCgroups()
    restore()
  }
}

const missing = missingParts()
if (missing.length > 0) {
  process.stderr.write(`A cluster cannot be started here. Missing: ${missing.join('; ')}.\n`)
  process.exitCode = 1
} else {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-kubernetes-'))
  const stop: Stop = { times: 0, by: () => undefined }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.by((stop.times += 1)))
  chmodSync(folder, 0o711)
  try {
    process.exitCode = await main(folder, stop)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
