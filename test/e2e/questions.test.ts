import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { enterAsOwner, openBrowser, settled, until, wordsOf } from '../support/browser.ts'
import { findFaults } from '../support/both-widths.ts'
import { openTestHouse } from '../support/house.ts'
import { openAskingServer } from '../support/mcp/asking-server.ts'
import { startModelServer } from '../support/model-server.ts'
import { wireAnswer, wireToolCalls } from '../support/wire-answer.ts'

const NAME = 'Northumberland-Harrington Site Visits'
const asking = await openAskingServer('both')
const folder = await mkdtemp(join(tmpdir(), 'sophia-questions-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'mcp.json')
await writeFile(file, JSON.stringify({ mcpServers: { visits: { url: asking.url, name: NAME } } }))

let wanted: readonly [string, object] = ['visits__plan_visit', { client: 'Maple Ridge' }]
const model = await startModelServer((_call, { body }) => {
  const isTold = JSON.stringify(body).includes('"role":"tool"')
  // A second question is asked in the same conversation: the last message counts.
  const messages = (body as { messages: { role: string }[] }).messages
  const isAnswered = isTold && messages.at(-1)?.role === 'tool'
  return { kind: 'replay', text: isAnswered ? wireAnswer('It is arranged.') : wireToolCalls([wanted]) }
})
const house = await openTestHouse({
  SOPHIA_MODEL: 'openai/test',
  OPENAI_BASE_URL: `${model.url}/v1`,
  SOPHIA_MCP_FILE: file,
})
const browser = await openBrowser()
const visit = await browser.visit(house)
const { page, go, context, misdeeds } = visit
await enterAsOwner(house, visit)
await until(
  async () => (await (await context.request.get('/api/mcp/tools')).text()).includes('visits__plan_visit'),
  (isListed) => isListed,
)
const card = page.getByRole('form', { name: `${NAME} asks` })

async function askMarcus(text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Ask Marcus' }).fill(text)
  await page.keyboard.press('Enter')
}

/** The answer has ended, and the next question can be asked. */
async function arranged(count: number): Promise<void> {
  const answers = page.getByRole('article', { name: 'Answer', exact: true }).filter({ hasText: 'It is arranged.' })
  await answers.nth(count - 1).waitFor()
}

test('a question of a connection stands in the answer as a form, in its words and from it', async () => {
  await go('/talk/marcus')
  await settled(page)
  await askMarcus('Plan a visit at Maple Ridge')
  await card.waitFor()
  const words = await wordsOf(card)
  assert.match(words, /When do you visit Maple Ridge\?/)
  assert.match(words, /This comes from the connection, not from Sophia.*Never type a password here/)
  await page.getByText('Marcus waits for your answer').waitFor()
  assert.deepEqual(await findFaults(page, 'the question', 'main'), [])
})

test('it survives a reload; what does not fit is said at its field, and nothing typed is lost', async () => {
  await page.reload()
  await card.waitFor()
  await card.getByLabel('Day of the visit').fill('2026-12-01')
  await card.getByLabel('Hours').fill('9')
  await card.getByLabel('Kind of visit').selectOption('By video')
  await card.getByLabel('training').check()
  await card.getByRole('button', { name: 'Send' }).click()
  await card.getByText('Hours has to be at most 8.').waitFor()
  assert.equal(await card.getByLabel('Day of the visit').inputValue(), '2026-12-01')
  assert.deepEqual(await findFaults(page, 'the question with a fault', 'main'), [])
})

test('the answer reaches the tool, and the colleague goes on', async () => {
  await card.getByLabel('Hours').fill('3')
  await card.getByRole('button', { name: 'Send' }).click()
  await arranged(1)
  await card.waitFor({ state: 'detached' })
  assert.deepEqual(asking.bench.actions, ['accept'])
})

test('a page of the server is named with its host and opens only on a click, beside this one', async () => {
  wanted = ['visits__fill_page', {}]
  await askMarcus('Send me the form')
  await card.waitFor()
  const link = card.getByRole('link', { name: 'Open the page at forms.example.com' })
  assert.equal(await link.getAttribute('href'), 'https://forms.example.com/visit?case=7')
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer nofollow')
  assert.match(await wordsOf(card), /https:\/\/forms\.example\.com\/visit\?case=7/)
  assert.deepEqual(await findFaults(page, 'the page to open', 'main'), [])
  await card.getByRole('button', { name: 'Decline' }).click()
  await until(
    () => Promise.resolve(asking.bench.actions.at(-1)),
    (action) => action === 'decline',
  )
  assert.deepEqual(misdeeds.foreign, [])
})

test('how far a long call is stands in its line while it runs', async () => {
  await arranged(2)
  wanted = ['visits__long_report', { stepMs: 700 }]
  await askMarcus('Read the report')
  await page.getByText(/Read part [1-4] · [1-4] of 4/).waitFor()
  await page.getByRole('progressbar', { name: 'How far it is' }).waitFor()
  await arranged(3)
})
