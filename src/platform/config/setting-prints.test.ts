import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingPrints } from './setting-prints.ts'

test('another value has another print, by file as well; a secret is told by four digits, and no value is to be found in any', () => {
  const secret = 'sk-sophia-0123456789abcdef0123456789abcdef'
  const given = { SOPHIA_MODEL: 'openai/gpt-5.4', OPENAI_API_KEY: secret, SOPHIA_TLS_CERT_FILE: '/etc/tls/one.pem' }
  const one = settingPrints(given)
  const other = settingPrints({ ...given, SOPHIA_MODEL: 'playbook', SOPHIA_TLS_CERT_FILE: '/etc/tls/two.pem' })
  const changed = Object.keys(one).filter((name) => one[name] !== other[name])
  assert.deepEqual(changed.toSorted(), ['SOPHIA_MODEL', 'SOPHIA_TLS_CERT'])
  assert.equal(one['OPENAI_API_KEY']?.length, 4)
  assert.equal(one['REDIS_URL'], 'not set')
  for (const value of Object.values(given)) assert.ok(!JSON.stringify(one).includes(value))
})

test('what each process has of its own is no change of the deployment', () => {
  assert.deepEqual(
    settingPrints({ SOPHIA_PORT: '1', SOPHIA_HOME: '/a' }),
    settingPrints({ SOPHIA_PORT: '2', SOPHIA_HOME: '/b' }),
  )
})
