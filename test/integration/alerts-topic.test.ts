import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestHouse } from '../support/house.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { joinHouse } from '../support/visitors.ts'

const house = await openTestHouse()

test('the topic of alerts tells what is open to those who may read it, and nobody else', async () => {
  const admin = await joinHouse(house, { role: 'admin' })
  const member = await joinHouse(house, { role: 'member' })
  await house.rooms.watch.round()
  const heard = openTestSocket(house.url, { cookie: admin.cookie, origin: house.url })
  await heard.next('welcome')
  heard.send({ type: 'topic-subscribe', topic: 'alerts' })
  const { topic, data } = await heard.next('topic-event')
  assert.equal(topic, 'alerts')
  assert.match(JSON.stringify(data), /^\{"alerts":\[/)
  const refused = openTestSocket(house.url, { cookie: member.cookie, origin: house.url })
  await refused.next('welcome')
  refused.send({ type: 'topic-subscribe', topic: 'alerts' })
  assert.equal((await refused.next('error')).code, 'NOT_PERMITTED')
  heard.close()
  refused.close()
})
