import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import type { Principal } from '#domain/permission.ts'
import { createStreamBook } from './stream-book.ts'
import { streamOptions } from './stream-options.ts'
import { createEventStream } from './turn-stream.ts'

/** Nothing is ever said in it. */
const silentUntil = (signal: AbortSignal): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({
    next: () =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve({ done: true, value: undefined }))),
  }),
})

test('a member has so many streams open at once and no more, others are not held back, and each that ends makes room', async () => {
  const needs = {
    log: pino({ level: 'silent' }),
    drainSignal: new AbortController().signal,
    streams: createStreamBook(2),
  }
  const open = async (memberId: string) => {
    const gone = new AbortController()
    // Only who they are matters here.
    const reader = { principal: { memberId } as Principal, action: 'conversation:use' as const, gone: gone.signal }
    const options = streamOptions(needs, reader)
    const stream = createEventStream(silentUntil(options.signal), () => '', options)
    await new Promise((resolve) => stream.once('data', resolve))
    return async (): Promise<void> => {
      gone.abort()
      for await (const _ of stream);
    }
  }
  const first = await open('ann')
  const second = await open('ann')
  await assert.rejects(open('ann'), { code: 'RATE_LIMITED', retryAfterSeconds: 5 })
  const other = await open('bob')
  await first()
  const third = await open('ann')
  await assert.rejects(open('ann'), { code: 'RATE_LIMITED' })
  for (const close of [second, third, other]) await close()
  for (const close of [await open('ann'), await open('ann')]) await close()
})
