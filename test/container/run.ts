/**
 * Builds the image and runs the deployment of deploy/compose for real, and holds both to what is promised of them. It needs Docker, and
 * Compose: `--compose 1` takes docker-compose 1.29, `--compose 2` builds Compose 2 by Go, once; both may be given, neither takes what the
 * machine has. Where no registry of images can be reached, `--stand-ins` makes images of Debian's own programs first; for that it
 * needs mmdebstrap, and `--ca FILE` where something looks into TLS. `--json` prints figures only.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { requireProgram } from '../support/find-program.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { buildImage, IMAGE, REVISION } from './build-image.ts'
import {
  checkBounds,
  checkEdge,
  checkKill,
  checkObservability,
  checkRestarts,
  type Deployment,
} from './check-deployment.ts'
import { checkRestore } from './check-restore.ts'
import { checkImage } from './check-image.ts'
import { requireComposeTwo } from './compose-two.ts'
import { openDocker, type Docker } from './docker.ts'
import { makeStandIns, STAND_INS } from './stand-ins.ts'
import { visitorOf } from './visit.ts'

const ROOT = join(import.meta.dirname, '../..')
/** From `up` to a page through the way in. */
const MOST_READY_SECONDS = 60

const { values } = parseArgs({
  options: {
    'stand-ins': { type: 'boolean', default: false },
    ca: { type: 'string' },
    compose: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
})

function tell(what: string): void {
  if (!values.json) process.stderr.write(`${what}\n`)
}

/** A copy of the shipped files with settings of their own, so that nothing of a real deployment is touched. */
async function prepare(folder: string): Promise<{ place: string; url: string }> {
  const copy = join(folder, 'deploy')
  cpSync(join(ROOT, 'deploy'), copy, {
    recursive: true,
    filter: (path) => !/compose\/(secrets|state|\.env)/.test(path),
  })
  const place = join(copy, 'compose')
  const prepared = spawnSync('sh', [join(place, 'prepare.sh')], { encoding: 'utf8' })
  if (prepared.status !== 0) throw new Error(prepared.stderr)
  const [http, https] = [await freePort(), await freePort()]
  const url = `https://localhost:${https}`
  const own = { SOPHIA_IMAGE: IMAGE, SOPHIA_PUBLIC_URL: url, SOPHIA_EDGE_HTTP: http, SOPHIA_EDGE_HTTPS: https }
  const more = { SOPHIA_FRONT_NETWORK: '10.213.72.0/24', COMPOSE_PROJECT_NAME: 'sophia-check' }
  const lines = Object.entries({ ...own, ...more, ...(values['stand-ins'] ? STAND_INS : {}) })
  appendFileSync(join(place, '.env'), lines.map(([name, value]) => `${name}=${value}\n`).join(''))
  return { place, url }
}

function composeProgram(which: string): string {
  if (which === '2') return requireComposeTwo(tell)
  if (which === '1') return requireProgram('docker-compose')
  throw new Error(`--compose takes 1 or 2, not ${which}.`)
}

/** Brings the deployment up and holds it to its promises; whatever happens, nothing of it stays. */
async function checkDeployment({ docker, composeBy }: Docker, folder: string, which?: string) {
  const compose = await composeBy(which === undefined ? undefined : composeProgram(which))
  const { place, url } = await prepare(folder)
  const version = (await compose(place, ['version', '--short'])).trim()
  tell(`Starting the deployment by Compose ${version} ...`)
  const logs = ['-f', join(place, 'compose.logs.yaml')]
  for (const more of [[], logs]) await compose(place, [...more, '--profile', 'observability', 'config', '--quiet'])
  const beganMs = performance.now()
  try {
    await compose(place, ['up', '-d'])
    const root = join(place, 'state/certificates/caddy/pki/authorities/local/root.crt')
    // Compose 2 does not wait for the way in to have made it.
    await until(() => existsSync(root), 'the way in has its authority', MOST_READY_SECONDS * 1000)
    const ca = readFileSync(root, 'utf8')
    const ask = visitorOf(url, ca)
    const elapsed = (): number => Math.round((performance.now() - beganMs) / 100) / 10
    const isReady = async (): Promise<boolean> => (await ask('/readyz').catch(() => ({ status: 0 }))).status === 200
    while (!(await isReady())) if (elapsed() > MOST_READY_SECONDS) break
    const readySeconds = elapsed()
    assert.ok(readySeconds < MOST_READY_SECONDS, `Ready after ${readySeconds} s; promised are ${MOST_READY_SECONDS}.`)
    tell(`Ready after ${readySeconds} s; its ways in ...`)
    const deployment: Deployment = { docker, compose, folder: place, url, ca, ask }
    await checkBounds(deployment)
    const { cookie } = await checkEdge(deployment)
    tell('One replica after the other is stopped and started ...')
    const restarts = await checkRestarts(deployment, cookie)
    tell(
      `Stopped within ${restarts.stoppedMs.join(', ')} ms; of ${restarts.asked} requests none failed. One is killed ...`,
    )
    await checkKill(deployment)
    tell('Backup, stop, restore, up ...')
    const restored = await checkRestore(deployment, cookie)
    tell(`Restored within ${restored.restoreSeconds} s. Observability ...`)
    const observability = await checkObservability(deployment)
    return { compose: version, readySeconds, ...restarts, ...restored, ...observability }
  } finally {
    await compose(place, ['--profile', 'observability', 'down', '-v', '--timeout', '40'])
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sophia-check-'))
chmodSync(folder, 0o711)
mkdirSync(join(folder, 'docker'))
const docker = await openDocker(join(folder, 'docker'))
try {
  if (values['stand-ins']) {
    tell('Making images of the programs of Debian ...')
    await makeStandIns(docker, folder)
  }
  tell('Building the image ...')
  const buildSeconds = await buildImage(docker, { isUponStandIn: values['stand-ins'], ca: values.ca })
  const image = await checkImage(docker, IMAGE, REVISION)
  tell(`${image.megabytes} MB.`)
  const deployments: object[] = []
  for (const which of values.compose.length > 0 ? values.compose : [undefined])
    deployments.push(await checkDeployment(docker, mkdtempSync(join(folder, 'compose-')), which))
  const results = { buildSeconds, ...image, deployments }
  process.stdout.write(`${JSON.stringify({ name: 'container', commit: REVISION, results })}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await docker.close()
  rmSync(folder, { recursive: true, force: true })
}
