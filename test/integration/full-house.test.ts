import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenOf } from '../support/access-fixture.ts'
import { plantCanary } from '../support/canaries.ts'
import { openTestHouse } from '../support/house.ts'
import { ask } from '../support/raw-http.ts'
import { joinHouse } from '../support/visitors.ts'

const house = await openTestHouse({}, { limits: 'shipped' })
const { access, gate } = house.rooms
const MOST = 10_000

test('in a storm those who look after her and those who sign in are answered, while what else is asked is refused', async () => {
  const ann = await joinHouse(house)
  const { link } = await access.createSignInLink({ principal: await access.localPrincipal() }, ann.memberId)
  const token = tokenOf(link)
  plantCanary('credential', token)
  const over = Promise.withResolvers<void>()
  const storm: Promise<void>[] = []
  // Who waits is refused after a moment, so that others must come in their place.
  const fill = (): void => {
    while (!gate.isShut('chat') && storm.length < MOST)
      storm.push(gate.run({ kind: 'GET /api/deals', rank: 'chat' }, () => over.promise).catch(() => undefined))
  }
  const inStorm: typeof ask = (url, asked) => (fill(), ask(url, asked))
  try {
    for (const path of ['/api/me', '/api/home', '/api/conversations']) {
      const { status, headers } = await inStorm(house.url, { path, headers: { cookie: ann.cookie } })
      assert.deepEqual([status, headers['retry-after']], [503, '2'], path)
    }
    for (const path of ['/livez', '/readyz', '/health', '/metrics'])
      assert.equal((await inStorm(house.url, { path })).status, 200, path)
    const signedIn = await inStorm(house.url, {
      method: 'POST',
      path: '/api/session',
      headers: { 'content-type': 'application/json', origin: house.url },
      body: JSON.stringify({ token }),
    })
    assert.equal(signedIn.status, 200, signedIn.text)
  } finally {
    over.resolve()
    await Promise.all(storm)
  }
  assert.equal((await ask(house.url, { path: '/api/me', headers: { cookie: ann.cookie } })).status, 200)
})
