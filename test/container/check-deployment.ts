import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import type { Compose, Docker } from './docker.ts'
import type { Ask } from './visit.ts'

export interface Deployment extends Pick<Docker, 'docker'> {
  readonly compose: Compose
  readonly folder: string
  readonly url: string
  readonly ca: string
  readonly ask: Ask
}

const Id = z.looseObject({ id: z.string() })

/** Containers of a service. */
async function containersOf({ compose, folder }: Deployment, service: string): Promise<string[]> {
  return (await compose(folder, ['ps', '-q', service])).split('\n').filter(Boolean)
}

/** The token of the one-time link of a new owner, made as the documents say. */
async function inviteOwner({ compose, folder }: Deployment): Promise<string> {
  const said = await compose(folder, [
    'exec',
    '-T',
    'sophia',
    'sophia',
    'members',
    'invite',
    `${randomUUID()}@example.com`,
    '--role',
    'owner',
    '--scope',
    'all',
    '--json',
  ])
  const [, token = ''] = /#token=([\w-]+)/.exec(said) ?? []
  assert.ok(token, said)
  return token
}

/** Who comes in through the edge: the certificate holds, the cookie is for TLS of this host only, a stream and a socket go through. */
export async function checkEdge({ ask, url, ca, ...deployment }: Deployment) {
  const token = await inviteOwner({ ask, url, ca, ...deployment })
  await assert.rejects(ask('/livez', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }))
  const page = await ask('/')
  assert.equal(page.status, 200)
  assert.match(page.headers['strict-transport-security'] ?? '', /max-age/)
  const signedIn = await ask('/api/session', { method: 'POST', body: { token } })
  assert.equal(signedIn.status, 200, signedIn.text)
  const [cookie = ''] = String(signedIn.headers['set-cookie']).split(';')
  assert.match(cookie, /^__Host-sophia=/)
  const headers = { cookie, origin: url }
  const made = await ask('/api/conversations', { method: 'POST', headers, body: { persona: 'marcus' } })
  const { id } = Id.parse(JSON.parse(made.text))
  const answered = await ask(`/api/conversations/${id}/messages`, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream' },
    body: { id: createId(), text: 'How is our pipeline?' },
  })
  assert.match(answered.text, /event: turn-end/)
  assert.ok(answered.pieces.length > 1, 'the answer comes in pieces, not at its end')
  const socket = new WebSocket(`${url.replace('https', 'wss')}/api/ws`, { ca, headers })
  const welcome = await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject))
  assert.match(String(welcome), /welcome/)
  socket.close()
  return { cookie }
}

const Bounds = z
  .object({ NanoCpus: z.number(), Memory: z.number(), PidsLimit: z.number(), ReadonlyRootfs: z.boolean() })
  .loose()

/** What the file says of limits is in force for every container, by what the daemon was told. */
export async function checkBounds({ compose, docker, folder }: Deployment): Promise<void> {
  const containers = (await compose(folder, ['ps', '-q'])).split('\n').filter(Boolean)
  assert.ok(containers.length >= 6, containers.join())
  for (const container of containers) {
    const bounds = Bounds.parse(JSON.parse(await docker(['inspect', container, '--format', '{{json .HostConfig}}'])))
    assert.ok(bounds.NanoCpus > 0 && bounds.Memory > 0, container)
    assert.deepEqual([bounds.PidsLimit, bounds.ReadonlyRootfs], [400, true])
  }
}

const PAUSE_MS = 100

/** Each replica is asked to stop and comes back, one after the other, while somebody works: no request may fail. */
export async function checkRestarts(deployment: Deployment, cookie: string) {
  const { ask, docker } = deployment
  let isOver = false
  const failed: string[] = []
  let asked = 0
  const work = (async () => {
    while (!isOver) {
      asked += 1
      await ask('/api/me', { headers: { cookie } }).then(
        ({ status }) => (status === 200 ? undefined : failed.push(`HTTP ${status}`)),
        (error: unknown) => failed.push(String(error)),
      )
      await delay(PAUSE_MS)
    }
  })()
  const stoppedMs: number[] = []
  for (const container of await containersOf(deployment, 'sophia')) {
    const beganMs = performance.now()
    await docker(['stop', '--time', '40', container])
    stoppedMs.push(Math.round(performance.now() - beganMs))
    const code = (await docker(['inspect', container, '--format', '{{.State.ExitCode}}'])).trim()
    assert.equal(code, '0', 'she ends by herself when she is asked to')
    await docker(['start', container])
    await waitForHealth(deployment, container)
  }
  isOver = true
  await work
  assert.deepEqual(failed, [])
  return { asked, stoppedMs }
}

/** A replica that is killed is started again by the daemon. */
export async function checkKill(deployment: Deployment) {
  const [container = ''] = await containersOf(deployment, 'sophia')
  const { docker, ask } = deployment
  const pidOf = async (): Promise<string> => (await docker(['inspect', container, '--format', '{{.State.Pid}}'])).trim()
  const before = await pidOf()
  process.kill(Number(before), 'SIGKILL')
  for (let count = 0; count < 20; count += 1) assert.equal((await ask('/livez')).status, 200)
  await waitForHealth(deployment, container, async () => (await pidOf()) !== before)
}

async function waitForHealth({ docker }: Deployment, container: string, isNew?: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 180_000
  while (performance.now() < deadlineMs) {
    const state = (await docker(['inspect', container, '--format', '{{.State.Health.Status}}'])).trim()
    if (state === 'healthy' && ((await isNew?.()) ?? true)) return
    await delay(250)
  }
  throw new Error(`${container} did not become healthy.`)
}

const Targets = z.object({ data: z.object({ activeTargets: z.array(z.looseObject({ health: z.string() })) }) })
const Rules = z.object({ data: z.object({ groups: z.array(z.object({ rules: z.array(z.unknown()) })) }) })

/** Prometheus, up with its profile, scrapes every replica with the token and has the rules. */
export async function checkObservability({ compose, folder }: Deployment) {
  const wanted = ['prometheus', 'alertmanager']
  await compose(folder, ['--profile', 'observability', 'up', '-d', ...wanted])
  const asked = (path: string): Promise<string> =>
    compose(folder, ['exec', '-T', 'prometheus', 'wget', '-q', '-O', '-', `http://127.0.0.1:9090${path}`])
  const healthOf = async (): Promise<string[]> =>
    Targets.parse(JSON.parse(await asked('/api/v1/targets'))).data.activeTargets.map(({ health }) => health)
  const deadlineMs = performance.now() + 120_000
  let states = await healthOf().catch(() => [])
  while (states.join() !== 'up,up,up' && performance.now() < deadlineMs) {
    await delay(1000)
    states = await healthOf().catch(() => [])
  }
  assert.deepEqual(states, ['up', 'up', 'up'])
  const { groups } = Rules.parse(JSON.parse(await asked('/api/v1/rules'))).data
  return { rules: groups.flatMap(({ rules }) => rules).length }
}
