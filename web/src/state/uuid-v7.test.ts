import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { uuidV7 } from './uuid-v7.ts'

test('ids are UUIDv7 and sort by time', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.uint8Array({ minLength: 10, maxLength: 10 }), (ms, random) => {
      const id = uuidV7(ms, random)
      assert.ok(z.uuidv7().safeParse(id).success, id)
      assert.ok(id.slice(0, 13) < uuidV7(ms + 1, random).slice(0, 13))
    }),
  )
})

test('the example of RFC 9562 A.6 comes out', () => {
  const random = new Uint8Array([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f])
  assert.equal(uuidV7(0x017f22e279b0, random), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
})
