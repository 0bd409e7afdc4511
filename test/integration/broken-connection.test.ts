import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Health } from '#contract/operations.ts'
import { openTestHouse } from '../support/house.ts'
import { openFaultServer } from '../support/mcp/fault-server.ts'
import { until } from '../support/until.ts'
import { joinHouse } from '../support/visitors.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-broken-'))
after(() => rm(folder, { recursive: true, force: true }))
const crm = await openFaultServer({ era: 'modern' })
await writeFile(join(folder, 'mcp.json'), JSON.stringify({ mcpServers: { crm: { url: crm.url } } }))
const house = await openTestHouse({ SOPHIA_MCP_FILE: join(folder, 'mcp.json') })
const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })

async function openings() {
  const { recoveries } = Health.parse(JSON.parse((await visitor.ask({ path: '/health' })).text))
  return recoveries.filter(({ action }) => action === 'breaker-opened').map(({ detail, times }) => [detail, times])
}

let called = 0
/** Each with another text, so that none is answered by what is kept. */
const callTool = () =>
  visitor.ask({ method: 'POST', path: '/api/mcp/tools/crm__echo/call', body: { input: { text: `${(called += 1)}` } } })

test('a connection whose calls fail until it is left alone stands among what was mended by itself, once', async () => {
  await until(async () => (await visitor.ask({ path: '/api/mcp/tools' })).text.includes('crm__echo'), 'tools are known')
  await callTool()
  assert.deepEqual(await openings(), [])
  await crm.setFault('invalid-json', { only: ['tools/call'] })
  for (let calls = 0; calls < 12; calls += 1) await callTool()
  await until(async () => (await openings()).length > 0, 'its breaker is told to have opened')
  for (let calls = 0; calls < 12; calls += 1) await callTool()
  assert.deepEqual(await openings(), [['crm', 1]])
  const metrics = await house.rooms.metrics.registry.metrics()
  assert.match(metrics, /^sophia_self_healing_total\{action="breaker-opened"\} 1$/m)
})
