import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createId, hashToken } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestHouse } from '../support/house.ts'
import { ask } from '../support/raw-http.ts'
import { joinHouse } from '../support/visitors.ts'

// S13: LiteLLM CVE-2026-35030 took the first 20 characters of a token as the key of its cache.

const house = await openTestHouse()
const ann = await joinHouse(house)
const bob = await joinHouse(house)
const long = `sk-sophia-${'a'.repeat(199)}`

/** Keys of two members that differ in their last character only. */
for (const [last, { memberId }] of [
  ['1', ann],
  ['2', bob],
] as const) {
  await house.rooms.database.read((handle) =>
    handle.run(sql`insert into api_keys (id, member_id, name, prefix, token_hash)
      values (${createId()}, ${memberId}, 'long', 'sk-sophia-aaaaaa', ${hashToken(`${long}${last}`)})`),
  )
}

async function whoHas(headers: Record<string, string>): Promise<string> {
  const { status, text } = await ask(house.url, { path: '/api/me', headers })
  const { memberId }: { memberId?: string } = JSON.parse(text)
  return memberId ?? String(status)
}

test('tokens that are equal but for their last character are two principals, cached or not', async () => {
  for (let round = 0; round < 3; round += 1) {
    assert.equal(await whoHas({ authorization: `Bearer ${long}1` }), ann.memberId)
    assert.equal(await whoHas({ authorization: `Bearer ${long}2` }), bob.memberId)
    assert.equal(await whoHas({ authorization: `Bearer ${long}3` }), '401')
    assert.equal(await whoHas({ authorization: `Bearer ${long}` }), '401')
  }
})

test('a token counts for the kind it was made for only, also when the other kind is cached', async () => {
  assert.equal(await whoHas({ cookie: ann.cookie }), ann.memberId)
  assert.equal(await whoHas({ authorization: `Bearer ${ann.sessionToken}` }), '401')
  assert.equal(await whoHas({ authorization: `Bearer ${ann.secret}` }), ann.memberId)
  assert.equal(await whoHas({ cookie: `sophia=${ann.secret}` }), '401')
})
