import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import { ApiProblem } from './api-problem.ts'
import { call } from './client.ts'

const Shape = z.object({ id: z.string() })

/** The browser's own way to ask, which gives this. */
function answerWith(t: TestContext, answer: (signal: AbortSignal) => Promise<Response>): void {
  t.mock.method(globalThis, 'fetch', (_address: string, init: RequestInit) => answer(init.signal as AbortSignal))
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

const isTransient = (thrown: unknown): boolean => thrown instanceof ApiProblem && thrown.isTransient

test('an answer that breaks off within its body may come the next time: it is not one of an unknown form', async (t) => {
  answerWith(t, () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id":'))
        controller.error(new TypeError('network error'))
      },
    })
    return Promise.resolve(new Response(body, { status: 202 }))
  })
  await assert.rejects(call(Shape, '/api/things', { method: 'POST', json: {} }), isTransient)
})

test('what is whole and of another form is told as a page that is outdated', async (t) => {
  for (const text of ['<html>', '{"name":1}']) {
    answerWith(t, () => Promise.resolve(new Response(text)))
    await assert.rejects(call(Shape, '/api/things'), { code: 'PAGE_OUTDATED' })
  }
})

test('a request that nobody answers ends after its time as one that may succeed later; reading ends after 30 s', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  answerWith(t, untilAborted)
  for (const [options, ms] of [
    [{ method: 'POST', json: {}, limitMs: 10_000 }, 10_000],
    [{}, 30_000],
  ] as const) {
    let ended: unknown = null
    const asked = call(Shape, '/api/things', options).catch((thrown: unknown) => (ended = thrown))
    t.mock.timers.tick(ms - 1)
    await Promise.resolve()
    assert.equal(ended, null)
    t.mock.timers.tick(1)
    await asked
    assert.ok(isTransient(ended))
  }
})

test('whoever stops waiting hears their own reason, and what changes something has no limit of its own', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  answerWith(t, untilAborted)
  const stop = new AbortController()
  const asked = call(Shape, '/api/things', { method: 'POST', json: {}, signal: stop.signal })
  t.mock.timers.tick(3_600_000)
  stop.abort()
  await assert.rejects(asked, { name: 'AbortError' })
})
