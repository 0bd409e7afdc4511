import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createId } from '#platform/crypto/ids.ts'
import { openTestHouse } from '../support/house.ts'
import { openAskingServer } from '../support/mcp/asking-server.ts'
import { startModelServer } from '../support/model-server.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { joinHouse, openConversation } from '../support/visitors.ts'
import { wireAnswer, wireToolCalls } from '../support/wire-answer.ts'

const asking = await openAskingServer('modern')
const folder = await mkdtemp(join(tmpdir(), 'sophia-question-socket-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'mcp.json')
await writeFile(file, JSON.stringify({ mcpServers: { visits: { url: asking.url } } }))
const model = await startModelServer((_call, { body }) => ({
  kind: 'replay',
  text: JSON.stringify(body).includes('"role":"tool"')
    ? wireAnswer('It is arranged.')
    : wireToolCalls([['visits__plan_visit', { client: 'Maple Ridge' }]]),
}))
const house = await openTestHouse({
  SOPHIA_MODEL: 'openai/test',
  OPENAI_BASE_URL: `${model.url}/v1`,
  SOPHIA_MCP_FILE: file,
})
const ann = await joinHouse(house, { role: 'owner', rowScope: 'all' })

test('a question comes and is answered over the WebSocket as over HTTP', async () => {
  while (!(await ann.ask({ path: '/api/mcp/tools' })).text.includes('visits__plan_visit'));
  const socket = openTestSocket(house.url, { cookie: ann.cookie, origin: house.url })
  await socket.next('welcome')
  const conversationId = await openConversation(ann)
  socket.send({ type: 'message-send', conversationId, id: createId(), text: 'Plan a visit' })
  const { turnId } = await socket.next('message-ack')
  socket.send({ type: 'turn-subscribe', turnId })
  let said = ''
  for (;;) {
    const { event } = await socket.next('turn-event')
    if (event.type === 'question-asked') {
      const { questionId } = event
      const content = { day: '2026-12-01', kind: 'remote' }
      socket.send({ type: 'question-answer', turnId, questionId, action: 'accept', content: { ...content, hours: 9 } })
      assert.equal((await socket.next('error')).code, 'INVALID_INPUT')
      socket.send({ type: 'question-answer', turnId, questionId, action: 'accept', content })
    }
    if (event.type === 'text-delta') said += event.text
    if (event.type === 'turn-end') break
  }
  assert.equal(said, 'It is arranged.')
  assert.deepEqual(asking.bench.actions, ['accept'])
  socket.close()
})
