import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOwnerKey, openTestHouse } from '../support/house.ts'
import { openOtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts'
import { openTestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const redis = await openTestRedis()
const receiver = await openOtlpReceiver()
const house = await openTestHouse({
  REDIS_URL: redis.url,
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  SOPHIA_TRACE_SHARE: '1',
})
const key = await createOwnerKey(house)

let asked = 0

/** Reads the deals and answers what the trace says of the cache: on the request itself, and as steps under it. */
async function readDeals() {
  asked += 1
  const traceId = asked.toString(16).padStart(32, 'a')
  const answer = await fetch(`${house.url}/api/deals`, {
    headers: { authorization: `Bearer ${key}`, traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  })
  assert.equal(answer.status, 200)
  const request = await receiver.spanWhere((span) => span.traceId === traceId && span.kind === 2)
  const steps = receiver.spans.filter(
    (span) => span.traceId === traceId && span.attributes['sophia.cache.class'] === CLASS,
  )
  return {
    origin: answer.headers.get('x-sophia-cache')?.split(';')[0],
    request: ofCache(request),
    steps: steps.filter((span) => span !== request).map((span) => ({ name: span.name, ...ofCache(span) })),
  }
}

const CLASS = 'api-response'
const ofCache = ({ attributes }: ReceivedSpan) => ({
  tier: attributes['sophia.cache.tier'],
  // Read from the wire, where a truth is a number.
  hit: attributes['sophia.cache.hit'] === undefined ? undefined : Number(attributes['sophia.cache.hit']) === 1,
})
const LOOK = `look in Redis: ${CLASS}`

/** What the trace says, by where the answer's own header says that it came from. */
const EXPECTED = new Map([
  [
    'miss',
    {
      request: { tier: 'maker', hit: false },
      steps: [
        { name: LOOK, tier: 'l2', hit: false },
        { name: `make: ${CLASS}`, tier: 'maker', hit: undefined },
      ],
    },
  ],
  ['l1', { request: { tier: 'l1', hit: true }, steps: [] }],
  ['l2', { request: { tier: 'l2', hit: true }, steps: [{ name: LOOK, tier: 'l2', hit: true }] }],
])

test('each tier that was asked stands in the trace, with whether it had the answer', async () => {
  await until(() => house.rooms.redis?.isUp() === true, 'Redis is up')
  const seen = new Set<string>()
  await until(
    async () => {
      const { origin = 'none', ...told } = await readDeals()
      assert.deepEqual(told, EXPECTED.get(origin), origin)
      seen.add(origin)
      // What lay in the process is gone; what lies in Redis is not.
      if (origin === 'l1') house.rooms.cache.empty()
      return seen.size === EXPECTED.size
    },
    'each tier has answered',
    30_000,
  )
})
