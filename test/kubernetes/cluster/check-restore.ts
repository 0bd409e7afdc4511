import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { IMAGE } from '../../container/build-image.ts'
import { untilSeen, type Client } from './client.ts'
import { untilReady } from './pods.ts'
import type { Release } from './release.ts'

const EXAMPLE = join(import.meta.dirname, '../../../deploy/kubernetes/examples/restore.yaml')
const SHIPPED_IMAGE = /image: registry\.example\.com\/sophia:\S+/
const DEPLOYMENT = ['deployment', 'sophia']
const SERVERS = ['pod', '--selector', 'app.kubernetes.io/component=server']
const LIMIT = '--timeout=120s'

const Made = z.looseObject({ id: z.string() })
const Listed = z.looseObject({ items: z.array(Made) })
const Ended = z.looseObject({
  status: z.looseObject({ succeeded: z.number().default(0), failed: z.number().default(0) }),
})

/** The latest backup brought back, step by step as docs/use/kubernetes.md says: what came after it is gone, what was there before is there. */
export async function checkRestore(client: Client, release: Release): Promise<{ seconds: number }> {
  const before = await listConversations(release)
  const late = await beginConversation(release)
  const beganMs = performance.now()
  await suspendBackups(client, true)
  await client.kubectl(['scale', ...DEPLOYMENT, '--replicas=0'])
  await client.kubectl(['wait', '--for=delete', ...SERVERS, LIMIT])
  const example = await readFile(EXAMPLE, 'utf8')
  assert.match(example, SHIPPED_IMAGE)
  await client.kubectl(['apply', '-f', '-'], example.replace(SHIPPED_IMAGE, `image: docker.io/library/${IMAGE}`))
  await untilRestored(client)
  await client.kubectl(['delete', 'job', 'sophia-restore'])
  await client.kubectl(['scale', ...DEPLOYMENT, '--replicas=2'])
  await suspendBackups(client, false)
  await untilReady(client, 2)
  const seconds = Math.round((performance.now() - beganMs) / 100) / 10
  const after = await listConversations(release)
  assert.ok(before.length > 0)
  assert.deepEqual(after, before)
  assert.ok(!after.includes(late))
  return { seconds }
}

function suspendBackups(client: Client, suspend: boolean): Promise<string> {
  return client.kubectl(['patch', 'cronjob', 'sophia-backup', '--patch', JSON.stringify({ spec: { suspend } })])
}

async function untilRestored(client: Client): Promise<void> {
  const { status } = await untilSeen(
    () => client.get(Ended, ['job', 'sophia-restore']),
    ({ status: { succeeded, failed } }) => succeeded + failed > 0,
    { what: 'the restore ends', limitMs: 300_000 },
  )
  assert.equal(status.succeeded, 1, await client.kubectl(['logs', 'job/sophia-restore']))
}

async function listConversations({ url, headers }: Release): Promise<readonly string[]> {
  const answer = await fetch(`${url}/api/conversations`, { headers })
  return Listed.parse(await answer.json()).items.map(({ id }) => id)
}

async function beginConversation({ url, headers }: Release): Promise<string> {
  const answer = await fetch(`${url}/api/conversations`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ persona: 'sarah' }),
  })
  return Made.parse(await answer.json()).id
}
