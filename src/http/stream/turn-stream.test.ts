import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { createEventStream, createTurnStream } from './turn-stream.ts'

/** Nothing is ever said in it. */
const silence = (): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
})

test('a stream with nothing to say shows that it lives: every 3 s while an answer is awaited, else every 15 s', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const options = { log: pino({ level: 'silent' }), signal: new AbortController().signal }
  const streams = [createTurnStream(silence(), options), createEventStream(silence(), () => '', options)]
  const heard = streams.map((stream) => {
    const texts: string[] = []
    stream.on('data', (chunk: Buffer) => texts.push(String(chunk)))
    t.after(() => stream.destroy())
    return texts
  })
  const turnOver = () => new Promise((resolve) => setImmediate(resolve))
  await turnOver()
  for (let second = 1; second <= 15; second += 1) {
    t.mock.timers.tick(1000)
    await turnOver()
  }
  assert.deepEqual(
    heard.map((texts) => texts.join('')),
    [`: open\n\n${': still here\n\n'.repeat(5)}`, ': open\n\n: still here\n\n'],
  )
})
