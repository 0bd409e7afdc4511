import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { joinScopes, missingScope, readScope, rememberScopes } from './scope.ts'

const names = fc.array(fc.constantFrom('read', 'write', 'crm.read', 'https://x.example/deals', 'a:b'), { maxLength: 8 })
const scopes = names.map((all) => all.join(' '))
const asSet = (text: string | null): Set<string> => new Set(readScope(text))

test('joined scopes hold every name once, whatever the order and however often', () => {
  fc.assert(
    fc.property(scopes, scopes, (one, other) => {
      const joined = joinScopes(one, other)
      assert.deepEqual(asSet(joined), asSet(joinScopes(other, one)))
      assert.deepEqual(asSet(joined), new Set([...readScope(one), ...readScope(other)]))
      assert.equal(joinScopes(joined, one), joined)
      assert.equal(readScope(joined).length, asSet(joined).size)
    }),
  )
  assert.equal(joinScopes('crm.read  crm.write', 'crm.read', null, undefined), 'crm.read crm.write')
  assert.equal(joinScopes(null, ''), null)
})

test('what is missing is held by nobody, and with it nothing is missing any more', () => {
  fc.assert(
    fc.property(scopes, scopes, (wanted, held) => {
      const missing = missingScope(wanted, held)
      assert.ok(!readScope(missing).some((name) => asSet(held).has(name)))
      assert.equal(missingScope(wanted, joinScopes(held, missing)), null)
    }),
  )
  assert.equal(missingScope('crm.read crm.write', 'crm.read'), 'crm.write')
  assert.equal(missingScope('crm.write', null), 'crm.write')
})

test('what a server names is taken only in the form of the standard, and only so much of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const name of readScope(text)) assert.match(name, /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/)
    }),
  )
  assert.deepEqual(readScope(`ok "quoted" back\\slash ${'x'.repeat(201)} über`), ['ok'])
  const many = Array.from({ length: 200 }, (_, index) => `scope-${index}`)
  const kept = many.reduce<string | null>((before, name) => rememberScopes(before, name), 'first')
  assert.equal(readScope(kept).length, 50)
  assert.deepEqual(readScope(kept).slice(0, 2), ['first', 'scope-0'])
})
