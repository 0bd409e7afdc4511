import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { assertNoCanaries, forgetHits, isFreeOfCanaries, plantCanary } from '../support/canaries.ts'
import { freePort } from '../support/free-port.ts'
import { createOwnerKey, openTestHouse, type TestHouse } from '../support/house.ts'
import { openOtlpReceiver } from '../support/otlp-receiver.ts'
import { startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

/** What is secret inside a setting: in its address, as its path, among headers. */
const made = (): string => randomBytes(18).toString('base64url')
const secrets = { mail: made(), webhook: made(), redis: made(), header: made() }
const receiver = await openOtlpReceiver()

/** Asks a question whose answer is traced, and waits until its course is kept. */
async function answerOnce(house: TestHouse): Promise<void> {
  const headers = { authorization: `Bearer ${await createOwnerKey(house)}`, 'content-type': 'application/json' }
  const post = (path: string, body: object): Promise<Response> =>
    fetch(house.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const { id }: { id: string } = JSON.parse(await (await post('/api/conversations', { persona: 'marcus' })).text())
  await post(`/api/conversations/${id}/messages`, { id: createId(), text: 'How is the pipeline?' })
  const kept = () => house.rooms.database.read((handle) => handle.run(sql`update turn_traces set at = at`))
  await until(async () => (await kept()) > 0, 'its course is kept')
}

test('no secret of an address or a header of the settings is met, also where all that they lead to fails', async () => {
  const redis = await startRedis({ requirepass: secrets.redis }, { credentials: `:${secrets.redis}` })
  try {
    const nobody = await freePort()
    const house = await openTestHouse({
      SMTP_URL: `smtp://sophia:${secrets.mail}@127.0.0.1:${nobody}`,
      SOPHIA_MAIL_FROM: 'Sophia <sophia@example.com>',
      SOPHIA_NOTIFY_WEBHOOK: `http://127.0.0.1:${nobody}/services/${secrets.webhook}`,
      REDIS_URL: redis.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: `api-key=${secrets.header}`,
      SOPHIA_TRACE_SHARE: '1',
    })
    const password = house.connection.password
    assert.ok(typeof password === 'string')
    for (const [name, secret] of Object.entries({ ...secrets, password })) {
      assert.equal(isFreeOfCanaries('this test', `/services/${secret} ${secret}`), false, `${name} is not planted`)
      forgetHits()
    }
    await until(() => house.rooms.redis?.isUp() === true, 'Redis is up')
    await answerOnce(house)
    await redis.kill()
    const tried = await fetch(`${house.url}/api/alerts/try`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await createOwnerKey(house)}` },
    })
    assert.match(await tried.text(), /webhook/)
    await until(() => house.rooms.redis?.isUp() === false, 'Redis is away')
    await receiver.spanWhere(({ name }) => name.includes('/api/alerts/try'))
    await house.close()
  } finally {
    await redis.end()
  }
})

test('a secret in a trace is seen, in one that is kept and in one that was sent', async () => {
  const house = await openTestHouse()
  await answerOnce(house)
  const secret = made()
  plantCanary('planted', secret)
  await house.rooms.database.read((handle) =>
    handle.run(
      sql`update turn_traces set steps = jsonb_build_array(jsonb_build_object('name', ${`tool ${secret}`}::text))`,
    ),
  )
  await assert.rejects(house.close(), /planted in a trace that is kept/)
  forgetHits()

  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: secret, kind: 1 }
  const spans = [{ ...span, startTimeUnixNano: '1', endTimeUnixNano: '2' }]
  const body = JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans }] }] })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${receiver.endpoint}/v1/traces`, { method: 'POST', headers, body })
  assert.throws(assertNoCanaries, /planted in a trace that was sent/)
  forgetHits()
})
