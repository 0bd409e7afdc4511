import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestHouse } from '../support/house.ts'
import { ask } from '../support/raw-http.ts'
import { joinHouse } from '../support/visitors.ts'

// S16: n8n CVE-2026-21858 took a JSON body for an upload; Fastify CVE-2026-25223 and CVE-2026-3419 skipped the checks.

const house = await openTestHouse()
const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })

async function countConversations(): Promise<number> {
  const { text } = await visitor.ask({ path: '/api/conversations' })
  const { items }: { items: unknown[] } = JSON.parse(text)
  return items.length
}

const ODD = [
  'application/json\ta',
  'application/jsonx',
  'application/json garbage',
  'application/json,text/plain',
  'text/json',
  'text/html',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'text/plain',
  '*/*',
]

test('a body that only resembles JSON by its type is refused, and the handler does not run', async () => {
  for (const type of ODD) {
    const headers = { 'content-type': type, cookie: visitor.cookie }
    const body = '{"persona":"marcus","isAdmin":true}'
    const { status, text } = await ask(house.url, { method: 'POST', path: '/api/conversations', headers, body })
    assert.ok(status === 415 || status === 400, `${type}: ${status} ${text}`)
  }
  assert.equal(await countConversations(), 0)
})

test('whatever JSON is called, its shape is checked', async () => {
  for (const type of [
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;x=y',
  ]) {
    const headers = { 'content-type': type, cookie: visitor.cookie }
    const body = '{"persona":"marcus","isAdmin":true}'
    const { status } = await ask(house.url, { method: 'POST', path: '/api/conversations', headers, body })
    assert.ok(status === 400 || status === 415, `${type}: ${status}`)
  }
  assert.equal(await countConversations(), 0)
})

test('an upload never takes a path for a file', async () => {
  const body = JSON.stringify({ files: { x: { filepath: '/etc/passwd' } }, filepath: '/etc/passwd' })
  for (const type of ['application/json', 'multipart/form-data; boundary=x']) {
    const headers = { 'content-type': type, cookie: visitor.cookie }
    for (const path of ['/api/imports?kind=clients', '/api/imports/preview?kind=clients']) {
      const { status, text } = await ask(house.url, { method: 'POST', path, headers, body })
      assert.equal(status, 415, `${type}: ${text}`)
      assert.doesNotMatch(text, /root:/)
    }
  }
})
