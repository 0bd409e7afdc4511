import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'
import { createLog, logCounts } from './log.ts'

function openLog(isForPeople: boolean) {
  let text = ''
  let nowMs = 0
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return {
    log: createLog({ level: 'info', isForPeople, stream, monotonicMs: () => nowMs }),
    lines: () => stripVTControlCharacters(text).trimEnd().split('\n'),
    raw: () => text,
    advance: (ms: number) => (nowMs += ms),
  }
}

const Line = z.looseObject({ message: z.string(), labels: z.record(z.string(), z.string()).optional() })

test('on a terminal an event is one line, with its level and without the machine', () => {
  const { log, lines } = openLog(true)
  log.info({ url: 'http://127.0.0.1:8000', 'http.route': '/x' }, 'Sophia is up')
  log.warn({ error: new Error('connect refused', { cause: new Error('no route') }) }, 'a connection was lost')
  const [up = '', lost = ''] = lines()
  assert.equal(lines().length, 2)
  assert.match(up, /^\[\d\d:\d\d:\d\d\] INFO: Sophia is up \{"url":"http:\/\/127\.0\.0\.1:8000","http\.route":"\/x"\}$/)
  assert.match(lost, /WARN: a connection was lost: connect refused < no route$/)
})

test('an error on a terminal shows where it began', () => {
  const { log, lines } = openLog(true)
  log.error({ error: new Error('outer', { cause: new Error('root') }) }, 'it failed')
  assert.match(lines().join('\n'), /ERROR: it failed: outer < root\nError: root\n +at /)
})

test('a text from outside does not steer the terminal', () => {
  const { log, raw } = openLog(true)
  const far = 'cut\u001B[2J\u009B1A\u0007\rover'
  log.error({ error: new Error(far, { cause: new Error(far) }) }, far)
  for (const control of ['\u001B[2J', '\u009B', '\u0007', '\r']) assert.ok(!raw().includes(control))
  assert.match(raw(), /cut\[2J1Aover/)
})

test('elsewhere an event is one JSON line with its names and the stack of each cause', () => {
  const { log, lines } = openLog(false)
  log.error({ error: new Error('outer', { cause: new TypeError('root') }) }, 'it failed')
  const line: unknown = JSON.parse(lines().join(''))
  assert.partialDeepStrictEqual(line, {
    'log.level': 'error',
    'ecs.version': '8.11.0',
    'service.name': 'sophia',
    message: 'it failed',
    error: { type: 'Error', message: 'outer < root' },
  })
  assert.match(lines().join(''), /"stack_trace":"Error: outer\\n +at .*\\nCaused by: TypeError: root\\n +at /)
})

test('of lines alike the first are written, then one of many, which says how many were left out', () => {
  const { log, lines, advance } = openLog(false)
  for (let at = 0; at < 1000; at += 1) log.warn({ at }, 'the database is away')
  log.warn('something else')
  assert.equal(lines().length, 41)
  const leftOut = lines().map((line) => Number(Line.parse(JSON.parse(line)).labels?.['left_out'] ?? 0))
  assert.deepEqual(leftOut.slice(30), [69, ...Array.from({ length: 9 }, () => 99), 0])
  assert.equal(logCounts(log).sampled, 960)
  // The rest of a span is told once it is over, also when no line like it comes any more.
  for (let at = 0; at < 40; at += 1) log.info('of another kind')
  advance(10_000)
  log.info('later')
  const [told = '', later = ''] = lines().slice(-2)
  assert.equal(Line.parse(JSON.parse(told)).message, 'left out of the log, alike: of another kind')
  assert.equal(Line.parse(JSON.parse(told)).labels?.['left_out'], '10')
  assert.match(later, /"message":"later"/)
})

test('what is asked for by a lower level is written whole', () => {
  const { log, lines } = openLog(false)
  log.level = 'debug'
  for (let at = 0; at < 500; at += 1) log.debug('a request')
  assert.equal(lines().length, 500)
})

test('a text from outside, a deep value and a circle of causes end somewhere', () => {
  const { log, lines } = openLog(false)
  let deep: object = {}
  for (let at = 0; at < 10_000; at += 1) deep = { deep }
  const circle = new Error('round')
  circle.cause = circle
  log.warn({ text: 'x'.repeat(1_000_000), deep, error: circle }, 'odd')
  assert.ok(lines().join('').length < 40_000, String(lines().join('').length))
})
