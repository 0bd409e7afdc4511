import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusEvent } from '#contract/mcp.ts'
import { createThrottle, followEvents } from './event-line.ts'

const parse = StatusEvent.parse.bind(StatusEvent)

const PROBE = { type: 'probe', at: '2026-01-01T00:00:00Z', server: 'crm', outcome: 'ok', ms: 3 }

test('a lost line is opened again, later each time, and soon again once it was up', async () => {
  const stop = new AbortController()
  const waits: number[] = []
  const lines: boolean[] = []
  let opened = 0
  await followEvents(
    {
      open: ({ onOpen, onLost }) => {
        opened += 1
        if (opened === 4) queueMicrotask(onOpen)
        queueMicrotask(onLost)
        return { close: () => undefined }
      },
      parse,
      onEvent: () => undefined,
      onLine: (isUp) => lines.push(isUp),
      wait: (ms) => {
        waits.push(ms)
        if (waits.length === 5) stop.abort()
        return Promise.resolve()
      },
    },
    stop.signal,
  )
  assert.deepEqual(waits, [500, 1000, 2000, 500, 1000])
  assert.deepEqual(lines, [false, false, false, true, false, false])
})

test('the wait never grows beyond half a minute', async () => {
  const stop = new AbortController()
  let longest = 0
  let count = 0
  await followEvents(
    {
      open: ({ onLost }) => {
        queueMicrotask(onLost)
        return { close: () => undefined }
      },
      parse,
      onEvent: () => undefined,
      onLine: () => undefined,
      wait: (ms) => {
        longest = Math.max(longest, ms)
        count += 1
        if (count === 20) stop.abort()
        return Promise.resolve()
      },
    },
    stop.signal,
  )
  assert.equal(longest, 30_000)
})

test('events come through, what is not one is passed over, and the end closes the line', async () => {
  const stop = new AbortController()
  const seen: string[] = []
  let closed = 0
  await followEvents(
    {
      open: ({ onOpen, onData }) => {
        queueMicrotask(() => {
          onOpen()
          onData('{"type":"star"}')
          onData('nonsense')
          onData(JSON.stringify(PROBE))
          stop.abort()
        })
        return { close: () => (closed += 1) }
      },
      parse,
      onEvent: (event) => seen.push(event.type),
      onLine: () => undefined,
      wait: () => Promise.reject(new Error('nobody waits after the end')),
    },
    stop.signal,
  )
  assert.deepEqual([seen, closed], [['probe'], 1])
})

test('a throttle runs at once, once per span, and never after it was stopped', ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  let runs = 0
  const throttle = createThrottle(1000, () => (runs += 1))
  for (let count = 0; count < 50; count += 1) throttle.ask()
  assert.equal(runs, 1)
  mock.timers.tick(999)
  assert.equal(runs, 1)
  mock.timers.tick(1)
  assert.equal(runs, 2)
  mock.timers.tick(5000)
  assert.equal(runs, 2)
  throttle.ask()
  throttle.ask()
  throttle.stop()
  mock.timers.tick(5000)
  assert.equal(runs, 3)
})
