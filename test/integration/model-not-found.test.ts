import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { Conversation, MessagePage, Turn } from '#contract/conversations.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createOwnerKey, openTestHouse } from '../support/house.ts'
import { startModelServer } from '../support/model-server.ts'

const Acknowledged = z.object({ turnId: z.string() })

test('a turn whose model does not exist ends failed and says so plainly', async () => {
  const model = await startModelServer(() => ({
    kind: 'status',
    status: 404,
    body: { error: { message: 'The model does not exist', type: 'invalid_request_error', code: 'model_not_found' } },
  }))
  const house = await openTestHouse({
    SOPHIA_MODEL: 'openai/no-such-model',
    OPENAI_API_KEY: 'sk-test-not-a-secret',
    OPENAI_BASE_URL: `${model.url}/v1`,
  })
  const headers = { authorization: `Bearer ${await createOwnerKey(house)}`, 'content-type': 'application/json' }
  const send = async (path: string, body?: unknown): Promise<unknown> => {
    const options = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${house.url}${path}`, { headers, ...options })
    assert.ok(answer.ok, `${path}: ${answer.status}`)
    return answer.json()
  }
  const conversation = Conversation.parse(await send('/api/conversations', { persona: 'marcus' }))
  const messages = `/api/conversations/${conversation.id}/messages`
  const { turnId } = Acknowledged.parse(await send(messages, { id: createId(), text: 'How is our pipeline?' }))
  let turn = Turn.parse(await send(`/api/turns/${turnId}`))
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await delay(50)) {
    turn = Turn.parse(await send(`/api/turns/${turnId}`))
    if (turn.status !== 'queued' && turn.status !== 'running') break
  }
  assert.equal(turn.status, 'failed')
  assert.equal(turn.errorCode, 'MODEL_NOT_FOUND')
  assert.equal(model.calls.length, 1, 'a model that does not exist was asked again')
  const events = await (await fetch(`${house.url}/api/turns/${turnId}/events`, { headers })).text()
  assert.match(events, /"code":"MODEL_NOT_FOUND"/)
  assert.match(events, /does not know the model no-such-model\. Check SOPHIA_MODEL/)
  const stored = MessagePage.parse(await send(messages))
  assert.equal(
    stored.items.some((message) => message.text.includes('How is our pipeline?')),
    true,
  )
})
