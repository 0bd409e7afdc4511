import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { isInsideAddress } from './address-guard.ts'
import { createGuardedClient, type GuardedClient } from './guarded-client.ts'

let hits = 0
const secret: Server = createServer((_request, response) => {
  hits += 1
  response.end('secret')
})
const redirecting: Server = createServer((_request, response) => {
  response.writeHead(302, { location: `http://127.0.0.1:${portOf(secret)}/` }).end()
})

function portOf(server: Server): number {
  // A listening TCP server has an AddressInfo.
  return (server.address() as AddressInfo).port
}

await new Promise<void>((resolve) => secret.listen(0, '0.0.0.0', resolve))
await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve))
after(() => {
  secret.close()
  redirecting.close()
})

const TRICKS = [
  '127.0.0.1',
  'localhost',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0.0.0.0',
  '0',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[fe80::1]',
  '127.0.0.1.',
  '①②⑦.⓪.⓪.①',
  '169.254.169.254',
  '[fd00:ec2::254]',
  '100.64.0.1',
  '[::ffff:169.254.169.254]',
  '[2002:7f00:1::]',
  '10.0.0.1',
  '192.168.0.1',
  '172.16.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
]

const WAYS = {
  fetch: ({ fetch: send }: GuardedClient) => send,
  exchange: (client: GuardedClient) => client.exchange(1000),
}

for (const [way, sendBy] of Object.entries(WAYS)) {
  test(`28 ways to write an inside address are all refused before a byte is sent, by ${way}`, async () => {
    const client = createGuardedClient({ allowPrivate: [] })
    for (const host of TRICKS) {
      const init = { method: 'POST', body: '{}', signal: AbortSignal.timeout(2000) }
      const error: unknown = await sendBy(client)(`http://${host}:${portOf(secret)}/`, init).then(
        () => 'answered',
        (thrown: unknown) => thrown,
      )
      assert.ok(error instanceof Error, `${host} ${String(error)}`)
      const told = error.cause instanceof Error && 'code' in error.cause ? error.cause : error
      const code = 'code' in told ? `${String(told.code)} ${error.message}` : error.message
      assert.match(code, /ADDRESS_REFUSED|ENOTFOUND|EAI_AGAIN|Invalid URL|parse URL/, `${host}: ${code}`)
    }
    assert.equal(hits, 0)
    await client.close()
  })
}

test('an allowed host and port is reached, another port of the same host is not, a redirect is not followed', async () => {
  const client = createGuardedClient({ allowPrivate: [`127.0.0.1:${portOf(redirecting)}`] })
  const answer = await client.fetch(`http://127.0.0.1:${portOf(redirecting)}/`)
  assert.equal(answer.status, 302)
  const posted = await client.exchange(1000)(`http://127.0.0.1:${portOf(redirecting)}/`, { method: 'POST', body: '{}' })
  assert.equal(posted.status, 302)
  await assert.rejects(client.fetch(`http://127.0.0.1:${portOf(secret)}/`))
  assert.equal(hits, 0)
  await client.close()
})

test('public addresses of both families are not refused', () => {
  assert.equal(isInsideAddress('93.184.215.14'), false)
  assert.equal(isInsideAddress('2606:2800:220:1::1'), false)
})
