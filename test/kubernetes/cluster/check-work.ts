import assert from 'node:assert/strict'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import type { Release } from './release.ts'

const Health = z.looseObject({ status: z.string() })
const Id = z.looseObject({ id: z.string() })

/** Through the Service: she says how she is, and a question is answered in pieces. */
export async function checkWork({ url, headers }: Release): Promise<{ health: string }> {
  const { status: health } = Health.parse(await (await fetch(`${url}/health`)).json())
  const json = { ...headers, 'content-type': 'application/json' }
  const body = JSON.stringify({ persona: 'marcus' })
  const made = await fetch(`${url}/api/conversations`, { method: 'POST', headers: json, body })
  const { id } = Id.parse(await made.json())
  const answered = await fetch(`${url}/api/conversations/${id}/messages`, {
    method: 'POST',
    headers: { ...json, accept: 'text/event-stream' },
    body: JSON.stringify({ id: createId(), text: 'How is our pipeline?' }),
  })
  assert.match(await answered.text(), /event: turn-end/)
  return { health }
}
