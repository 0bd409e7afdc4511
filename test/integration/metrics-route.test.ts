import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { Gauge } from 'prom-client'
import { createOwnerKey, openTestHouse } from '../support/house.ts'

const house = await openTestHouse()
const key = await createOwnerKey(house)

let gathered = 0
/** What gathering waits for; what else is asked meanwhile is answered. */
let gate: Promise<void> = Promise.resolve()
new Gauge({
  name: 'test_gatherings',
  help: 'How often the figures were gathered',
  registers: [house.rooms.metrics.registry],
  async collect() {
    gathered += 1
    await gate
    this.set(gathered)
  },
})

async function scrape(): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${house.url}/metrics`)
  return { status: answer.status, text: await answer.text() }
}

/** From which gathering figures come. */
const gatheringOf = (text: string): number => Number(/^test_gatherings (\d+)$/m.exec(text)?.[1])

/** What is told, without how much of it. */
const formOf = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line.startsWith('#') ? line : line.replace(/ \S+$/, '')))
    .join('\n')

/** Resolves when so many more requests for the figures have come in. */
function untilAsked(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count
    const onRequest = (message: unknown): void => {
      if ((message as { request: IncomingMessage }).request.url !== '/metrics') return
      left -= 1
      if (left > 0) return
      unsubscribe('http.server.request.start', onRequest)
      resolve()
    }
    subscribe('http.server.request.start', onRequest)
  })
}

test('a hundred scrapes at once are all answered alike, from at most two gatherings, and others are answered meanwhile', async () => {
  await scrape()
  const before = gathered
  const open = Promise.withResolvers<void>()
  gate = open.promise
  const asked = untilAsked(100)
  const scrapes = Array.from({ length: 100 }, scrape)
  let isScraped = false
  const all = Promise.all(scrapes).finally(() => (isScraped = true))
  await asked
  const me = await fetch(`${house.url}/api/me`, { headers: { authorization: `Bearer ${key}` } })
  assert.equal(me.status, 200)
  assert.equal(isScraped, false)
  open.resolve()
  const answers = await all
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  assert.ok(gathered - before <= 2, `${gathered - before} gatherings`)
  // Between two gatherings a series may have come up; of one all are told the same.
  const forms = Map.groupBy(answers, ({ text }) => gatheringOf(text))
  for (const [gathering, told] of forms)
    assert.equal(new Set(told.map(({ text }) => formOf(text))).size, 1, `gathering ${gathering}`)
  assert.match(answers[0]?.text ?? '', /^sophia_build_info\{version="[^"]+"\} 1$/m)
})

test('who comes after the figures were gathered is not told those of before', async () => {
  const [one, two] = [await scrape(), await scrape()]
  assert.equal(gatheringOf(two.text), gatheringOf(one.text) + 1)
})
