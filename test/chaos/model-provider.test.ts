import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { fitHistory } from '#domain/turn/history.ts'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import { STREAM_LIMITS } from '#platform/models/watched-stream.ts'
import { startModelProvider } from './model-provider.ts'
import { ORDER_TOOL } from './orders-server.ts'
import { answerTextOf, longTextOf, rightAnswerTo } from './seeded-random.ts'

const provider = await startModelProvider({ pieceMs: 0 })
after(() => provider.end())

async function ask(body: object): Promise<string[]> {
  const url = `http://127.0.0.1:${provider.port}/v1/chat/completions`
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return (await answer.text()).split('\n').filter((line) => line.startsWith('data: {'))
}

async function answerTo(content: string, more: readonly object[] = []): Promise<string> {
  const lines = await ask({ messages: [{ role: 'user', content }, ...more] })
  const pieces = lines.map((line) => /"delta":\{"content":("(?:[^"\\]|\\.)*")\}/.exec(line)?.[1])
  return pieces.map((piece) => (piece === undefined ? '' : String(JSON.parse(piece)))).join('')
}

const [first, second] = ['01a22a42-542b-777f-8335-ace762dbfa66', '01a22a42-5847-7fb3-8336-77dec80cb1c6']

test('each question has its one answer, also behind one that got none', async () => {
  assert.equal(await answerTo(`question ${first}`), answerTextOf(first))
  const past = [first, second].map((id) => ({ role: 'user' as const, text: `question ${id}` }))
  const [merged, ...rest] = fitHistory(past, { maxMessages: 10, maxTokens: 1000 })
  assert.deepEqual(rest, [])
  assert.equal(await answerTo(merged?.text ?? ''), answerTextOf(second))
})

test('a long answer comes whole, in few pieces', async () => {
  const words = longTextOf(first)
  const lines = await ask({ messages: [{ role: 'user', content: words }] })
  assert.ok(lines.length < 60, `${lines.length} pieces`)
  const text = await answerTo(words)
  assert.equal(text, rightAnswerTo(first, words))
  assert.ok(text.length > 20_000)
})

test('no long answer is more than the product lets a model say', () => {
  const most = DEFAULT_TURN_LIMITS.maxOutputTokens * STREAM_LIMITS.charactersPerToken
  for (let times = 0; times < 200; times += 1) {
    const id = randomUUID()
    assert.ok((rightAnswerTo(id, longTextOf(id)) ?? '').length < most, id)
  }
})

test('whoever asks for something else gets nothing to go by', async () => {
  assert.equal(await answerTo(`Message 1 (2026-11-29): ${JSON.stringify(`question ${first}`)}`), '{}')
})

test('an order is placed by the tool where it is offered, and answered once the tool has answered', async () => {
  const messages = [{ role: 'user', content: `order ${first}` }]
  assert.equal(await answerTo(`order ${first}`), answerTextOf(first))
  const lines = await ask({ messages, tools: [{ type: 'function', function: { name: ORDER_TOOL } }] })
  const words = lines.flatMap((line) => /"arguments":("(?:[^"\\]|\\.)*")/.exec(line)?.[1] ?? [])
  assert.deepEqual(JSON.parse(words.map((word) => String(JSON.parse(word))).join('')), { order: first })
  assert.match(lines.join(), new RegExp(`"name":"${ORDER_TOOL}".*"finish_reason":"tool_calls"`))
  assert.equal(await answerTo(`order ${first}`, [{ role: 'tool', content: 'placed' }]), answerTextOf(first))
})
