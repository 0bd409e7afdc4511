import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiProblem, unreachable } from '../api/api-problem.ts'
import { deliver, type Delivery } from './deliver.ts'
import type { Pending } from './outbox.ts'

const PENDING: Pending = {
  id: '01938f00-0000-7000-8000-000000000001',
  conversationId: '01938f00-0000-7000-8000-000000000002',
  text: 'How?',
  createdAt: 0,
}
const ACCEPTED = { messageId: PENDING.id, turnId: '01938f00-0000-7000-8000-000000000003', seq: 1 }

function problem(status: number, retryAfterMs: number | null = null): ApiProblem {
  return new ApiProblem({ status, code: 'X', detail: 'why', correlationId: '' }, { retryAfterMs })
}

async function run(faults: readonly ApiProblem[], signal: AbortSignal = new AbortController().signal) {
  const ids: string[] = []
  const waits: number[] = []
  const deliveries: Delivery[] = []
  const left = [...faults]
  const post = async (pending: Pending) => {
    ids.push(pending.id)
    const fault = left.shift()
    if (fault) throw fault
    return ACCEPTED
  }
  await deliver(PENDING, {
    post,
    wait: async (ms) => void waits.push(ms),
    signal,
    onDelivery: (delivery) => deliveries.push(delivery),
  })
  return { ids, waits, last: deliveries.at(-1), deliveries }
}

test('a question is repeated under its one id until it is accepted', async () => {
  const { ids, last } = await run([unreachable(null), problem(503), problem(429)])
  assert.deepEqual(new Set(ids), new Set([PENDING.id]))
  assert.equal(ids.length, 4)
  assert.deepEqual(last, { state: 'accepted', accepted: ACCEPTED })
})

test('the server says how long to wait', async () => {
  const { waits } = await run([problem(429, 7000), unreachable(null)])
  assert.deepEqual(waits, [7000, 1000])
})

test('a refusal for good is not repeated', async () => {
  const { ids, last } = await run([problem(400)])
  assert.equal(ids.length, 1)
  assert.equal(last?.state, 'refused')
})

test('nothing is sent once the page has gone', async () => {
  const { ids } = await run([], AbortSignal.abort())
  assert.deepEqual(ids, [])
})
