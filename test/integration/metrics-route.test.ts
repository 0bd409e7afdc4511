import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Gauge } from 'prom-client'
import { createOwnerKey, openTestHouse } from '../support/house.ts'

const house = await openTestHouse()
const key = await createOwnerKey(house)

let gathered = 0
/** Figures that take so long to gather; what else is asked meanwhile is answered. */
const slow = { ms: 0 }
new Gauge({
  name: 'test_gatherings',
  help: 'How often the figures were gathered',
  registers: [house.rooms.metrics.registry],
  async collect() {
    gathered += 1
    if (slow.ms > 0) await delay(slow.ms)
    this.set(gathered)
  },
})

async function scrape(): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${house.url}/metrics`)
  return { status: answer.status, text: await answer.text() }
}

/** What is told, without how much of it. */
const formOf = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line.startsWith('#') ? line : line.replace(/ \S+$/, '')))
    .join('\n')

test('a hundred scrapes at once are all answered alike, from at most two gatherings, and others are answered meanwhile', async () => {
  await scrape()
  const before = gathered
  slow.ms = 300
  const scrapes = Array.from({ length: 100 }, scrape)
  let isScraped = false
  const all = Promise.all(scrapes).finally(() => (isScraped = true))
  const me = await fetch(`${house.url}/api/me`, { headers: { authorization: `Bearer ${key}` } })
  assert.equal(me.status, 200)
  assert.equal(isScraped, false)
  const answers = await all
  slow.ms = 0
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  const forms = new Set(answers.map(({ text }) => formOf(text).replaceAll(/^.*\/api\/me.*\n/gm, '')))
  assert.equal(forms.size, 1)
  assert.match([...forms].join(''), /^sophia_build_info\{version="[^"]+"\}$/m)
  assert.ok(gathered - before <= 2, `${gathered - before} gatherings`)
})

test('who comes after the figures were gathered is not told those of before', async () => {
  const [one, two] = [await scrape(), await scrape()]
  const toldBy = ({ text }: typeof one) => Number(/^test_gatherings (\d+)$/m.exec(text)?.[1])
  assert.equal(toldBy(two), toldBy(one) + 1)
})
