import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choosePort } from '../../src/http/open-http.ts'
import { openBreakableLine } from '../support/breakable-line.ts'
import { enterAsOwner, openBrowser, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer, type Behaviour } from '../support/model-server.ts'
import { createSlowAnswer, wireAnswer } from '../support/wire-answer.ts'

const QUICK: Behaviour = { kind: 'replay', text: wireAnswer('A short answer.') }
const next: Behaviour[] = []
const model = await startModelServer(() => next.shift() ?? QUICK)
const port = await choosePort('127.0.0.1', 0)
const line = await openBreakableLine(port)
const house = await openTestHouse({
  SOPHIA_PORT: String(port),
  SOPHIA_PUBLIC_URL: line.url,
  SOPHIA_MODEL: 'openai/test',
  OPENAI_BASE_URL: `${model.url}/v1`,
})
const browser = await openBrowser()
const visit = await browser.visit(house)
const { page, go, context, misdeeds } = visit
await enterAsOwner(house, visit)

const state = page.locator('.line-state')
const words = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `word${from + index} `).join('')

interface Stored {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

async function stored(): Promise<Stored[]> {
  const id = new URL(page.url()).pathname.split('/').at(-1)
  const response = await context.request.get(`/api/conversations/${id}/messages`)
  // The contract's page of messages.
  return ((await response.json()) as { items: Stored[] }).items
}

async function ask(text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Ask Marcus' }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

/** Keeps every state of the live answer's text in `window.seen`. */
const WATCH_TEXT = `(() => {
  window.seen = []
  new MutationObserver(() => {
    const text = document.querySelector('article.answer .answer-text')?.textContent ?? ''
    if (text !== window.seen.at(-1)) window.seen.push(text)
  }).observe(document.body, { subtree: true, childList: true, characterData: true })
})()`

test('an answer goes on after lost connections without a gap or a repeat, and equals what is stored', async () => {
  const answer = createSlowAnswer()
  next.push({ kind: 'pieces', pieces: answer.pieces })
  const resumed: string[] = []
  page.on('request', (request) => {
    const after = new URL(request.url()).searchParams.get('after')
    if (request.url().includes('/events') && after) resumed.push(after)
  })
  await go('/talk/marcus')
  await ask('Tell me all')
  const live = page.getByRole('article', { name: 'Marcus answers' })
  answer.give(words(0, 20))
  await live.getByText('word19').waitFor()
  await page.evaluate(WATCH_TEXT)

  line.cut()
  await page.locator('.line-state', { hasText: 'The line was lost. Resuming where it stopped.' }).waitFor()
  answer.give(words(20, 40))
  assert.match(await wordsOf(live), /word19/)
  assert.doesNotMatch(await wordsOf(live), /word20/)
  line.mend()
  await live.getByText('word39').waitFor()
  await until(
    () => wordsOf(state),
    (text) => text === '',
  )

  await context.setOffline(true)
  await page.locator('.line-state', { hasText: 'You are offline' }).waitFor()
  line.cut()
  answer.give(words(40, 60))
  line.mend()
  await context.setOffline(false)
  await live.getByText('word59').waitFor()
  await until(
    () => wordsOf(state),
    (text) => text === '',
  )

  answer.give(words(60, 80))
  answer.end()
  const whole = words(0, 80)
  await page.getByRole('article', { name: 'Answer', exact: true }).waitFor()
  assert.equal(await wordsOf(page.locator('.answer .answer-text')), whole.trim())
  assert.equal((await stored()).find((message) => message.role === 'assistant')?.text, whole)
  assert.ok(resumed.length >= 2, 'it asked for what follows the last event it had')
  const seen = (await page.evaluate('window.seen')) as string[]
  assert.ok(seen.length >= 3)
  for (const text of seen) assert.ok(whole.startsWith(text), `not the beginning of the answer: ${text}`)
})

test('a page that is opened in the middle of an answer shows it from the beginning', async () => {
  const answer = createSlowAnswer()
  next.push({ kind: 'pieces', pieces: answer.pieces })
  await ask('And again')
  const live = page.getByRole('article', { name: 'Marcus answers' })
  answer.give(words(0, 20))
  await live.getByText('word19').waitFor()
  await page.reload()
  await live.getByText('word19').waitFor()
  assert.equal(await wordsOf(live.locator('.answer-text')), words(0, 20).trim())
  answer.give(words(20, 30))
  answer.end()
  await until(
    () => page.getByRole('article', { name: 'Answer', exact: true }).count(),
    (count) => count === 2,
  )
  assert.equal(await wordsOf(page.locator('.answer .answer-text').last()), words(0, 30).trim())
})

test('a question asked without a line waits and is stored once', async () => {
  line.cut()
  await ask('Are you there?')
  await page.getByText('Not sent yet').waitFor()
  line.mend()
  await until(
    () => page.getByRole('article', { name: 'Answer', exact: true }).count(),
    (count) => count === 3,
  )
  await until(
    () => page.getByText('Not sent yet').count(),
    (count) => count === 0,
  )
  assert.equal((await stored()).filter((message) => message.text === 'Are you there?').length, 1)
})

test('a question whose acknowledgement was lost is sent again and stored once', async () => {
  const lost = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/messages'))
  await page.route(
    '**/messages',
    async (route) => {
      await route.fetch()
      await route.abort()
    },
    { times: 1 },
  )
  await ask('Did you hear me?')
  await lost
  await until(
    () => page.getByRole('article', { name: 'Answer', exact: true }).count(),
    (count) => count === 4,
  )
  assert.equal((await stored()).filter((message) => message.text === 'Did you hear me?').length, 1)
  assert.equal(await page.getByRole('article', { name: 'You asked' }).count(), 4)
})

test('a line that stands still without a word costs seconds: question and answer are asked for again over another', async () => {
  const answer = createSlowAnswer()
  next.push({ kind: 'pieces', pieces: answer.pieces })
  const other = await context.newPage()
  await other.clock.install()
  await other.goto(new URL(page.url()).pathname)
  await other.getByRole('article', { name: 'Answer', exact: true }).nth(3).waitFor()
  line.hang()
  await other.getByRole('textbox', { name: 'Ask Marcus' }).fill('Do you still hear me?')
  await other.getByRole('button', { name: 'Send' }).click()
  await other.clock.fastForward(9000)
  assert.equal(await other.getByText('Not sent yet').count(), 0)
  await other.clock.fastForward(1500)
  await other.getByText('Not sent yet').waitFor()
  line.mend()
  const live = other.getByRole('article', { name: 'Marcus answers' })
  answer.give(words(0, 20))
  await live.getByText('word19').waitFor()

  // Once for the line that carries the answer, and once for the request that would resume it and is not answered either.
  line.hang()
  for (let times = 0; times < 2; times += 1) {
    const resumes = other.waitForRequest((request) => request.url().includes('/events'))
    await other.clock.fastForward(8500)
    await resumes
  }
  line.mend()
  answer.give(words(20, 40))
  await live.getByText('word39').waitFor()
  answer.end()
  await other.getByRole('article', { name: 'Answer', exact: true }).nth(4).waitFor()
  await other.close()
  assert.equal((await stored()).filter((message) => message.text === 'Do you still hear me?').length, 1)
})

test('stopping an answer keeps what was written and says so', async () => {
  const answer = createSlowAnswer()
  next.push({ kind: 'pieces', pieces: answer.pieces })
  await ask('Go on and on')
  answer.give(words(0, 10))
  await page.getByRole('article', { name: 'Marcus answers' }).getByText('word9').waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('Stopped. What had been written is kept.').waitFor()
  assert.match(await wordsOf(page.locator('.answer').last()), /word9/)
  await model.calls.at(-1)?.closed
})

test('nothing of it asked another host, broke the policy or threw', () => {
  // Each request that meets the cut line is logged by the browser itself.
  const errors = misdeeds.errors.filter((text) => !text.includes('net::ERR_'))
  assert.deepEqual({ ...misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})
