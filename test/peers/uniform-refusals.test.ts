import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { sql } from '#platform/postgres/sql.ts'
import { tokenOf } from '../support/access-fixture.ts'
import { openTestHouse } from '../support/house.ts'
import { ask } from '../support/raw-http.ts'
import { bare, joinHouse } from '../support/visitors.ts'

// S10: Dify CVE-2026-28288 told by its answers which accounts exist.

const house = await openTestHouse()
const { access, database } = house.rooms
const owner = { principal: await access.localPrincipal() }

async function invite(email: string) {
  const wanted = { email, name: 'Someone', role: 'member', rowScope: 'own', teamId: null, repId: null } as const
  const { member, link } = await access.inviteMember(owner, wanted)
  return { memberId: member.id, token: tokenOf(link) }
}

/** One of each way in which a link can fail. */
async function failingTokens(): Promise<Record<string, string>> {
  const used = await invite('used@example.com')
  await access.signIn({ token: used.token, address: '127.0.0.1' })
  const expired = await invite('expired@example.com')
  await database.read((handle) =>
    handle.run(
      sql`update sign_in_links set expires_at = now() - interval '1 day' where member_id = ${expired.memberId}`,
    ),
  )
  const suspended = await invite('suspended@example.com')
  await access.changeMember(owner, suspended.memberId, { status: 'suspended' })
  const replaced = await invite('replaced@example.com')
  await access.createSignInLink(owner, replaced.memberId)
  return {
    unknown: randomBytes(32).toString('base64url'),
    used: used.token,
    expired: expired.token,
    suspended: suspended.token,
    replaced: replaced.token,
  }
}

test('a link that was used, has expired, was replaced, is of a suspended member or never was: one answer', async () => {
  const tokens = await failingTokens()
  const expected = new Set<string>()
  for (const [name, token] of Object.entries(tokens)) {
    const redeemed = await ask(house.url, {
      method: 'POST',
      path: '/api/session',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    const looked = await ask(house.url, {
      method: 'POST',
      path: '/api/session/link',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    assert.equal(redeemed.status, 401, name)
    assert.equal(redeemed.headers['set-cookie'], undefined, name)
    expected.add(JSON.stringify([bare(redeemed), bare(looked)]))
  }
  assert.equal(expected.size, 1, [...expected].join('\n'))
})

test('a key or session that was revoked, has expired, is of a suspended member or never was: one answer', async () => {
  const revoked = await joinHouse(house)
  await access.revokeKey({ principal: revoked.principal }, revoked.keyId)
  const expired = await joinHouse(house)
  await database.read((handle) =>
    handle.run(sql`update api_keys set expires_at = now() - interval '1 second' where id = ${expired.keyId}`),
  )
  const suspended = await joinHouse(house)
  await access.changeMember(owner, suspended.memberId, { status: 'suspended' })
  const headers = [
    { authorization: `Bearer ${revoked.secret}` },
    { authorization: `Bearer ${expired.secret}` },
    { authorization: `Bearer ${suspended.secret}` },
    { authorization: `Bearer sk-sophia-${randomBytes(32).toString('base64url')}` },
    { authorization: 'Bearer nonsense' },
    { cookie: suspended.cookie },
    { cookie: `sophia=${randomBytes(32).toString('base64url')}` },
    { cookie: 'sophia=' },
  ]
  const answers = new Set<string>()
  for (const given of headers)
    answers.add(JSON.stringify(bare(await ask(house.url, { path: '/api/me', headers: given }))))
  assert.equal(answers.size, 1, [...answers].join('\n'))
  assert.match([...answers][0] ?? '', /"status":401/)
})

test('an empty, null, listed or foreign token is a fault of the input, never a way in', async () => {
  for (const token of [null, '', [], { $ne: 1 }, 0, true, undefined, 'x']) {
    const body = JSON.stringify({ token })
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(house.url, { method: 'POST', path: '/api/session', headers, body })
    assert.equal(answer.status, 400, body)
    assert.equal(answer.headers['set-cookie'], undefined)
  }
})
