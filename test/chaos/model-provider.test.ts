import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fitHistory } from '#domain/turn/history.ts'
import { startModelProvider } from './model-provider.ts'
import { answerTextOf } from './seeded-random.ts'

const provider = await startModelProvider({ pieceMs: 0 })
after(() => provider.end())

async function answerTo(content: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${provider.port}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ messages: [{ role: 'user', content }] }),
  })
  const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('data: {'))
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

test('whoever asks for something else gets nothing to go by', async () => {
  assert.equal(await answerTo(`Message 1 (2026-11-29): ${JSON.stringify(`question ${first}`)}`), '{}')
})
