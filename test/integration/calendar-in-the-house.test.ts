import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { CalendarNow } from '#contract/calendar.ts'
import { openFaultServer } from '../support/mcp/fault-server.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer } from '../support/model-server.ts'
import { askAndRead, joinHouse, openConversation } from '../support/visitors.ts'
import { wireAnswer } from '../support/wire-answer.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-calendar-house-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'calendar.yaml')
const mcpFile = join(folder, 'mcp.json')
// In force on whatever day this runs.
const EVER = `periods:
  ever: { label: Season of visits, when: mon-sun }
policies:
  - match: ever
    limits: { member: { rate: x0.1 } }
    mcp: { crm: { probe: x0.5 } }
    context: "The season of visits is on; {clients.behind} clients are behind."
`
await writeFile(file, EVER)
const crm = await openFaultServer({ era: 'modern' })
await writeFile(mcpFile, JSON.stringify({ mcpServers: { crm: { url: crm.url } } }))
const model = await startModelServer(() => ({ kind: 'replay', text: wireAnswer('Fine.') }))
const house = await openTestHouse(
  {
    SOPHIA_MODEL: 'openai/test',
    OPENAI_BASE_URL: `${model.url}/v1`,
    SOPHIA_CALENDAR_FILE: file,
    SOPHIA_MCP_FILE: mcpFile,
  },
  { limits: 'shipped' },
)
const owner = await joinHouse(house, { role: 'owner', rowScope: 'all' })

test('the door tells what is in force, with the bases of what goes by it here', async () => {
  const now = CalendarNow.parse(JSON.parse((await owner.ask({ path: '/api/calendar' })).text))
  assert.deepEqual(
    now.active.map(({ label }) => label),
    ['Season of visits'],
  )
  const values = Object.fromEntries(now.policies.map(({ key, base, value }) => [key, [base, value]]))
  assert.deepEqual(values['limits.member.rate'], [20, 2])
  assert.deepEqual(values['mcp.crm.probe'], [30_000, 15_000])
})

test('a colleague knows the day: the line stands in what the model is told', async () => {
  await askAndRead(owner, await openConversation(owner), 'What is up?')
  assert.match(
    JSON.stringify(model.calls.at(-1)?.body),
    /The season of visits is on; an unknown number of clients are behind\./,
  )
})

test('a connection is asked at the pace of the period, and its status says so', async () => {
  for (const deadline = performance.now() + 20_000; ; await delay(300)) {
    const { text } = await owner.ask({ path: '/api/mcp/status/crm' })
    if (/"intervalMs":15000/.test(text)) break
    assert.ok(performance.now() < deadline, text)
  }
})

test("members' rates are the period's; a fault in the file is told by /health and moves nothing", async () => {
  const visitor = await joinHouse(house)
  const answers = await Promise.all(Array.from({ length: 30 }, () => visitor.ask({ path: '/api/me' })))
  const passed = answers.filter(({ status }) => status === 200).length
  // A tenth of a hundred at once, and two a second while they last.
  assert.ok(passed >= 5 && passed < 30, `${passed} of 30`)
  await writeFile(file, EVER.replace('mon-sun', 'mon-sum'))
  for (const deadline = performance.now() + 20_000; ; await delay(300)) {
    const { text } = await visitor.ask({ path: '/health' })
    if (/calendar\.yaml:2: periods\.ever\.when/.test(text)) break
    assert.ok(performance.now() < deadline, text)
  }
})

test('the metric names each period and whether it is in force', async () => {
  const { text } = await owner.ask({ path: '/metrics' })
  assert.match(text, /sophia_calendar_period_active\{period="ever"\} 1/)
})
