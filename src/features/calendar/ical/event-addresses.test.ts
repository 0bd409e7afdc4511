import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import { openEventsServer } from '../../../../test/support/events-server.ts'
import { until } from '../../../../test/support/until.ts'
import { createManualClock } from '../../../../test/support/manual-clock.ts'
import { createEventAddresses, type EventAddresses, type UsedAddress } from './event-addresses.ts'
import { createEventCopies } from './event-copies.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

function icsOf(day: string): string {
  const event = ['BEGIN:VEVENT', 'UID:1', `DTSTART;VALUE=DATE:${day.replaceAll('-', '')}`, 'END:VEVENT']
  return ['BEGIN:VCALENDAR', ...event, 'END:VCALENDAR', ''].join('\r\n')
}

const FIRST = icsOf('2026-11-20')
const SECOND = icsOf('2026-11-21')

function serve(response: ServerResponse, text: string, etag = '"1"'): void {
  response.writeHead(200, { 'content-type': 'text/calendar', etag, 'last-modified': 'Sun, 15 Nov 2026 09:00:00 GMT' })
  response.end(text)
}

async function open(t: TestContext, { limitMs = 20_000, isAllowed = true, path = '/secret-3f9a/board.ics' } = {}) {
  const server = await openEventsServer((_request, response) => serve(response, FIRST))
  const folder = await mkdtemp(join(tmpdir(), 'sophia-events-'))
  const clock = createManualClock('2026-11-15T12:00:00Z')
  const allowPrivate = isAllowed ? [server.host] : []
  const client = createGuardedClient({ allowPrivate })
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const copies = createEventCopies(join(folder, 'calendar-events'))
  const openOne = (): EventAddresses =>
    createEventAddresses({ clock, log, copies, limitMs, fetch: client.fetch, allowPrivate })
  const address: UsedAddress = { href: `${server.origin}${path}`, label: server.host, usedBy: ['board'] }
  const addresses = openOne()
  addresses.use([address])
  t.after(async () => {
    await addresses.close()
    await client.close()
    await rm(folder, { recursive: true, force: true })
  })
  const textNow = async (): Promise<string | undefined> => (await addresses.textOf(address))?.text
  return { server, folder, clock, addresses, address, textNow, openOne, lines }
}

test('events are fetched when they are due: at once, each hour, and by what was said of them before', async (t) => {
  const { server, clock, addresses, textNow } = await open(t)
  assert.equal(await textNow(), undefined)
  await addresses.fetchDue()
  assert.equal(await textNow(), FIRST)
  clock.advance(HOUR_MS - 1)
  await addresses.fetchDue()
  assert.equal(server.asked.length, 1, 'not due yet')
  server.answer((_request, response) => void response.writeHead(304).end())
  clock.advance(1)
  await addresses.fetchDue()
  const { headers } = server.asked[1] ?? {}
  assert.deepEqual(
    [headers?.['if-none-match'], headers?.['if-modified-since']],
    ['"1"', 'Sun, 15 Nov 2026 09:00:00 GMT'],
  )
  assert.equal(addresses.states()[0]?.fetchedAt?.toISOString(), '2026-11-15T13:00:00.000Z', 'known to be current')
  server.answer((_request, response) => serve(response, SECOND, '"2"'))
  clock.advance(HOUR_MS)
  await addresses.fetchDue()
  assert.equal(await textNow(), SECOND)
})

test('the last good ones stay when fetching fails, whatever way it does; tried again after five minutes', async (t) => {
  const { server, clock, addresses, textNow, lines } = await open(t)
  await addresses.fetchDue()
  const failures: readonly (readonly [(response: ServerResponse) => void, RegExp])[] = [
    [(response) => void response.writeHead(503).end('no'), /HTTP 503/],
    [(response) => void response.destroy(), /could not be reached/],
    [(response) => void response.end('<html>Please sign in</html>'), /no faultless iCalendar file, see its line 1/],
    [(response) => void response.end(FIRST.replace('20261120', '20269920')), /see its line 4/],
    [(response) => void response.end('X'.repeat(5_000_001)), /longer than 5000000 bytes/],
    [(response) => void response.writeHead(302, { location: '/elsewhere' }).end(), /leads on more than 3 times/],
    [(response) => void response.writeHead(302, { location: 'ftp://a/b' }).end(), /leads on to an address/],
  ]
  clock.advance(HOUR_MS)
  for (const [fail, reason] of failures) {
    server.answer((_request, response) => fail(response))
    await addresses.fetchDue()
    const [state] = addresses.states()
    assert.match(state?.reason ?? '', reason)
    assert.equal(state?.failedAt?.getTime(), clock.now().getTime())
    assert.equal(state?.fetchedAt?.toISOString(), '2026-11-15T12:00:00.000Z')
    assert.equal(await textNow(), FIRST)
    const asked = server.asked.length
    clock.advance(5 * MINUTE_MS - 1)
    await addresses.fetchDue()
    assert.equal(server.asked.length, asked, 'not tried again yet')
    clock.advance(1)
  }
  server.answer((_request, response) => serve(response, SECOND))
  await addresses.fetchDue()
  assert.deepEqual([await textNow(), addresses.states()[0]?.reason], [SECOND, null])
  assert.ok(lines.length >= failures.length)
  assert.doesNotMatch(lines.join('') + JSON.stringify(addresses.states()), /secret-3f9a|board\.ics/)
})

test('a server that says nothing is given up after its time; one is asked once, however often one looks', async (t) => {
  const { server, addresses } = await open(t, { limitMs: 200 })
  server.answer(() => undefined)
  await Promise.all([addresses.fetchDue(), addresses.fetchDue(), addresses.fetchDue()])
  assert.equal(addresses.states()[0]?.reason, 'it did not answer in time')
  assert.equal(server.asked.length, 1)
})

test('closing ends what is under way and calls it no failure', async (t) => {
  const { server, addresses } = await open(t)
  const asked = new Promise<void>((resolve) => server.answer(() => resolve()))
  const fetching = addresses.fetchDue()
  await asked
  await addresses.close()
  await fetching
  assert.equal(addresses.states()[0]?.failedAt, null)
})

test('a redirect is followed, to where it may lead', async (t) => {
  const { server, addresses, textNow } = await open(t)
  server.answer((request, response) =>
    request.url === '/moved.ics'
      ? serve(response, SECOND)
      : void response.writeHead(301, { location: '/moved.ics' }).end(),
  )
  await addresses.fetchDue()
  assert.equal(await textNow(), SECOND)
})

test('nothing inside is reached that the operator did not name', async (t) => {
  const { server, addresses } = await open(t, { isAllowed: false })
  await addresses.fetchDue()
  assert.match(addresses.states()[0]?.reason ?? '', /inside a private network that SOPHIA_ALLOW_PRIVATE_NETWORK/)
  assert.equal(server.asked.length, 0)
})

test('a copy outlives the process, private to its owner and without the address; a spoilt one is fetched anew', async (t) => {
  const { server, folder, clock, addresses, address, openOne } = await open(t)
  await addresses.fetchDue()
  const copies = join(folder, 'calendar-events')
  const [name = ''] = await readdir(copies)
  assert.equal((await stat(join(copies, name))).mode & 0o777, 0o600)
  assert.doesNotMatch(`${name}${await readFile(join(copies, name), 'utf8')}`, /secret-3f9a/)
  server.answer((_request, response) => void response.writeHead(500).end())
  clock.advance(2 * HOUR_MS)
  const later = openOne()
  later.use([address])
  assert.equal((await later.textOf(address))?.text, FIRST, 'before anybody was asked')
  await later.fetchDue()
  assert.equal((await later.textOf(address))?.text, FIRST)
  assert.equal(later.states()[0]?.fetchedAt?.toISOString(), '2026-11-15T12:00:00.000Z')
})

test('a copy that nobody has fetched for a month goes, but never one in use', async (t) => {
  const { folder, clock, addresses, address, textNow } = await open(t)
  await addresses.fetchDue()
  const copies = join(folder, 'calendar-events')
  const files = async (): Promise<number> => (await readdir(copies)).length
  clock.advance(60 * 24 * HOUR_MS)
  addresses.use([address])
  await addresses.fetchDue()
  assert.equal(await files(), 1)
  addresses.use([])
  await until(async () => (await files()) === 0, 'it is removed')
  assert.equal(await textNow(), undefined, 'nor is it kept in memory')
})

test('addresses are taken by https, or by http from hosts that the operator names; none with a password', async (t) => {
  const { server, addresses } = await open(t)
  const refusalOf = (text: string): string | null => {
    const read = addresses.addressOf(text)
    return 'refusal' in read ? read.refusal : null
  }
  assert.equal(refusalOf('https://calendar.example.com/a.ics'), null)
  assert.equal(refusalOf(`${server.origin}/a.ics`), null)
  assert.match(refusalOf('http://calendar.example.com/a.ics') ?? '', /by `https:` only/)
  assert.match(refusalOf('webcal://calendar.example.com/a.ics') ?? '', /Write `https:` in place/)
  assert.match(refusalOf('https://ann:pass@calendar.example.com/a.ics') ?? '', /No name or password/)
  assert.match(refusalOf('https://') ?? '', /This is no address/)
  assert.match(refusalOf(`https://a.example.com/${'x'.repeat(2000)}`) ?? '', /at most 2000/)
})
