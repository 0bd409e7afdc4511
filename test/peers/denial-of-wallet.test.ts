import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import { createId } from '#platform/crypto/ids.ts'
import { DEFAULT_LIMITS } from '../../src/http/rate-limit.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer } from '../support/model-server.ts'
import { askAndRead, joinHouse, openConversation } from '../support/visitors.ts'
import { wireAnswer } from '../support/wire-answer.ts'

// S36: what one member can make the deployment spend is bounded before the provider is called.

const Called = z.object({
  max_completion_tokens: z.number().optional(),
  max_tokens: z.number().optional(),
  n: z.number().optional(),
})

function settingsOf(url: string): Record<string, string> {
  return { SOPHIA_MODEL: 'openai/gpt-5', OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${url}/v1` }
}

test('a member without budget gets no call of the provider, and is told why', async () => {
  const server = await startModelServer(() => ({ kind: 'replay', text: wireAnswer('dear') }))
  const house = await openTestHouse({ ...settingsOf(server.url), SOPHIA_BUDGET_MEMBER_DAILY_USD: '0.000001' })
  const visitor = await joinHouse(house)
  const events = await askAndRead(visitor, await openConversation(visitor), 'How is our pipeline?')
  assert.match(events, /BUDGET_EXHAUSTED/)
  assert.equal(server.calls.length, 0)
})

test('nothing a person sends reaches the limits of a call: no count of answers, no length, no model', async () => {
  const server = await startModelServer(() => ({ kind: 'replay', text: wireAnswer('fine') }))
  const house = await openTestHouse(settingsOf(server.url))
  const visitor = await joinHouse(house)
  const conversation = await openConversation(visitor)
  const path = `/api/conversations/${conversation}/messages`
  for (const more of [{ max_tokens: 1e9 }, { n: 1000 }, { model: 'gpt-5-pro' }, { tools: [] }]) {
    const body = { id: createId(), text: 'hello', ...more }
    assert.equal((await visitor.ask({ method: 'POST', path, body })).status, 400)
  }
  await askAndRead(visitor, conversation, 'max_tokens=1000000000')
  assert.equal(server.calls.length, 1)
  const called = Called.parse(server.calls[0]?.body)
  assert.equal(called.max_completion_tokens ?? called.max_tokens, DEFAULT_TURN_LIMITS.maxOutputTokens)
  assert.ok(called.n === undefined || called.n === 1)
})

test('one member has so many open questions and no more; another is answered meanwhile', async () => {
  const server = await startModelServer(() => ({ kind: 'silent' }))
  const house = await openTestHouse(settingsOf(server.url))
  const greedy = await joinHouse(house)
  const modest = await joinHouse(house)
  const most = DEFAULT_TURN_LIMITS.openTurnsPerMember
  const conversation = await openConversation(greedy)
  const path = `/api/conversations/${conversation}/messages`
  const statuses: number[] = []
  const kept = { id: createId(), text: 'first' }
  statuses.push((await greedy.ask({ method: 'POST', path, body: kept })).status)
  for (let n = 1; n < most + 5; n += 1)
    statuses.push((await greedy.ask({ method: 'POST', path, body: { id: createId(), text: 'more' } })).status)
  assert.deepEqual(statuses, [...Array.from({ length: most }, () => 202), ...Array.from({ length: 5 }, () => 429)])
  assert.equal((await greedy.ask({ method: 'POST', path, body: kept })).status, 202, 'a repeat is answered as before')
  const other = await openConversation(modest)
  const body = { id: createId(), text: 'mine' }
  assert.equal((await modest.ask({ method: 'POST', path: `/api/conversations/${other}/messages`, body })).status, 202)
})

test('a flood of requests from one member is told to wait, by session and key together', async () => {
  const house = await openTestHouse({}, { limits: 'shipped' })
  const visitor = await joinHouse(house)
  const flood = Array.from({ length: 300 }, (_, index) =>
    visitor.ask({ path: '/api/me', headers: index % 2 ? { authorization: `Bearer ${visitor.secret}` } : {} }),
  )
  const begunMs = performance.now()
  const answers = await Promise.all(flood)
  const seconds = (performance.now() - begunMs) / 1000
  const refused = answers.filter(({ status }) => status === 429)
  // By session and by key: what one of the two alone may is all that both together get.
  const { burst, ratePerSecond } = DEFAULT_LIMITS.member
  const most = burst + ratePerSecond * (seconds + 1)
  assert.ok(300 - refused.length <= most, `${refused.length} of 300 refused in ${seconds} s`)
  assert.ok(refused.every(({ headers }) => Number(headers['retry-after']) >= 1))
  assert.ok(answers.every(({ status }) => status === 200 || status === 429))
})
