import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SophiaError } from '#domain/errors.ts'
import { checkHost } from './check-host.ts'

const PUBLIC_URL = 'https://sophia.example.com'

function isRefused(host: string | undefined, path = '/api/me', authorization?: string): boolean {
  try {
    checkHost({ path, headers: { host, authorization }, publicUrl: PUBLIC_URL })
    return false
  } catch (error) {
    assert.ok(error instanceof SophiaError)
    assert.equal(error.code, 'ORIGIN_REFUSED')
    return true
  }
}

test('loopback names, addresses and the public name are answered, with any port and in any case', () => {
  for (const host of [
    'localhost:8000',
    'LOCALHOST',
    'sophia.localhost:8000',
    '127.0.0.1:8000',
    '[::1]:8000',
    '10.1.2.3',
    'sophia.example.com',
    'Sophia.Example.com:8443',
    'sophia.example.com.',
    undefined,
  ])
    assert.equal(isRefused(host), false, host)
})

test('any other name is refused, also one that only looks like ours', () => {
  for (const host of [
    'evil.test',
    'evil.test:8000',
    'localhost.evil.test',
    'sophia.example.com.evil.test',
    'evil-localhost',
    '127.0.0.1.nip.io',
    'sophia.example.com@evil.test',
    'evil.test/sophia.example.com',
    '',
    ' ',
    'a b',
  ])
    assert.equal(isRefused(host), true, host)
})

test('a key may come under any name, but an open door does not take a header for a key', () => {
  assert.equal(isRefused('sophia.default.svc', '/api/me', 'Bearer sk-sophia-x'), false)
  for (const path of ['/metrics', '/health', '/api/session', '/api/session/link'])
    assert.equal(isRefused('evil.test', path, 'Bearer sk-sophia-x'), true, path)
})

test('probes are answered under any name', () => {
  for (const path of ['/livez', '/readyz']) assert.equal(isRefused('sophia.default.svc', path), false)
})
