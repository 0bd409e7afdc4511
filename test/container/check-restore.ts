import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Deployment } from './check-deployment.ts'

const Id = z.looseObject({ id: z.string() })
const Restored = z.looseObject({ type: z.literal('result') })

/** Begins a conversation; answers its id. */
async function begin({ ask, url }: Deployment, cookie: string): Promise<string> {
  const headers = { cookie, origin: url }
  const made = await ask('/api/conversations', { method: 'POST', headers, body: { persona: 'marcus' } })
  return Id.parse(JSON.parse(made.text)).id
}

/** A run of one command in a container of its own, beside nothing that would be started for it, as the documents have it. */
function runAlone({ compose, folder }: Deployment, words: readonly string[]): Promise<string> {
  return compose(folder, ['run', '--rm', '--no-deps', '-T', 'sophia', ...words])
}

/** Backup, stop, restore, up: what was there at the backup is there again, what came after it is not, and nobody migrated meanwhile. */
export async function checkRestore(deployment: Deployment, cookie: string) {
  const { ask, compose, docker, folder } = deployment
  const kept = await begin(deployment, cookie)
  await compose(folder, ['exec', '-T', 'sophia', 'sophia', 'backup', 'create'])
  const lost = await begin(deployment, cookie)
  await compose(folder, ['stop', 'sophia'])
  const [migrate = ''] = (await compose(folder, ['ps', '-a', '-q', 'migrate'])).split('\n')
  const migratedAt = (): Promise<string> => docker(['inspect', migrate, '--format', '{{.State.StartedAt}}'])
  const before = await migratedAt()
  const beganMs = performance.now()
  const said = await runAlone(deployment, ['backup', 'restore', 'latest', '--yes', '--json'])
  const restoreSeconds = Math.round((performance.now() - beganMs) / 100) / 10
  Restored.parse(JSON.parse(said.trim().split('\n').at(-1) ?? ''))
  // The first migration of an empty database has nothing to go back to; what it says, it says without anything being started.
  await assert.rejects(runAlone(deployment, ['rollback']), /names no snapshot/)
  assert.equal(await migratedAt(), before, 'nothing was started for it')
  await compose(folder, ['up', '-d'])
  const statusOf = async (id: string): Promise<number> =>
    (await ask(`/api/conversations/${id}`, { headers: { cookie } }).catch(() => ({ status: 0 }))).status
  const deadlineMs = performance.now() + 120_000
  while ((await statusOf(kept)) !== 200 && performance.now() < deadlineMs) await delay(500)
  assert.deepEqual([await statusOf(kept), await statusOf(lost)], [200, 404])
  return { restoreSeconds }
}
