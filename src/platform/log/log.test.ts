import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { createLog } from './log.ts'

function openLog(isForPeople: boolean) {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return {
    log: createLog({ level: 'info', isForPeople, stream }),
    lines: () => stripVTControlCharacters(text).trimEnd().split('\n'),
  }
}

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

test('elsewhere an event is one JSON line with its names and the stack of each cause', () => {
  const { log, lines } = openLog(false)
  log.error({ error: new Error('outer', { cause: new Error('root') }) }, 'it failed')
  const line: unknown = JSON.parse(lines().join(''))
  assert.partialDeepStrictEqual(line, {
    'log.level': 'error',
    'service.name': 'sophia',
    message: 'it failed',
    error: { message: 'outer', cause: { message: 'root' } },
  })
})
