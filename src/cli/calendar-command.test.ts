import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { CalendarExplanation } from '#contract/calendar.ts'
import { openEventsServer } from '../../test/support/events-server.ts'
import type { Ended } from '../../test/support/program.ts'
import { makeHome, runSophia } from '../../test/support/sophia-process.ts'

const home = await makeHome()
const standard = join(home, 'calendar.yaml')
const FROZEN = `periods:
  freeze: { label: Migration, dates: ["2026-11-10", "2026-11-11"] }
  fair: { label: Fair, dates: ["2026-11-10"] }
policies:
  - match: freeze
    freeze: { deploys: true }
  - match: fair
    cache: { tool-result: { ttl: x10 } }
    context: The fair is on.
`

function mayDeploy(at: string, settings: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runSophia(['calendar', 'may-deploy', '--at', at], { SOPHIA_HOME: home, ...settings })
}

test('a pipeline may deploy, or is told until when and why it may not', async () => {
  await writeFile(standard, FROZEN)
  const frozen = await mayDeploy('2026-11-10T12:00:00Z')
  assert.deepEqual(
    [frozen.code, frozen.out, frozen.err],
    [75, '', 'Deploys are frozen until 2026-11-12 00:00 UTC, because of Migration.\n'],
  )
  const free = await mayDeploy('2026-11-12T00:00:00Z')
  assert.deepEqual([free.code, free.out, free.err], [0, 'Deploys may go ahead.\n', ''])
})

test('what holds is told with the freeze first', async () => {
  await writeFile(standard, FROZEN)
  const { out } = await runSophia(['calendar', 'show', '--at', '2026-11-10T12:00:00Z'], { SOPHIA_HOME: home })
  assert.match(out, /^2026-11-10 12:00 UTC\nDeploys are frozen until 2026-11-12 00:00 UTC, because of Migration\.\n/)
  assert.match(out, /cache\.tool-result\.ttl +150s instead of 15s: x10 by fair\n/)
})

test('without a key each that is moved is explained, and it is said when none is', async () => {
  await writeFile(standard, FROZEN)
  const explain = (at: string, ...more: string[]): Promise<Ended> =>
    runSophia(['calendar', 'explain', '--at', at, ...more], { SOPHIA_HOME: home })
  const moved = await explain('2026-11-10T12:00:00Z')
  assert.deepEqual([moved.code, moved.err], [0, ''])
  assert.deepEqual(
    moved.out.split('\n\n').map((paragraph) => paragraph.split('\n')[0]),
    [
      '`cache.tool-result.ttl` is 150s; without the calendar it is 15s.',
      '`freeze.deploys` is yes; without the calendar it is no.',
      '`context` is "The fair is on."; without the calendar it is nothing.',
    ],
  )
  assert.match(moved.out, /^Fair \(priority 0; calendar\.yaml, line 8\) says x10, which makes 150s\.$/m)
  const none = await explain('2026-11-20T12:00:00Z')
  assert.equal(none.out, 'Nothing is moved at 2026-11-20 12:00 UTC: each value is as without the calendar.\n')
  const { out } = await explain('2026-11-10T12:00:00Z', '--json')
  const array = z.array(CalendarExplanation).parse(JSON.parse(out))
  assert.equal(array.map(({ sentences }) => sentences.join('\n')).join('\n\n'), moved.out.trimEnd())
  assert.equal((await explain('2026-11-20T12:00:00Z', '--json')).out, '[]\n')
  const one = await explain('2026-11-10T12:00:00Z', '--key', 'freeze.deploys', '--json')
  assert.deepEqual(CalendarExplanation.parse(JSON.parse(one.out)), array[1])
  await writeFile(standard, FROZEN.replace('deploys: true', 'deploys: maybe'))
  const faulty = await explain('2026-11-10T12:00:00Z')
  assert.equal(faulty.code, 78)
  assert.match(faulty.err, /the last good calendar:\ncalendar\.yaml:6: /)
  const ofKey = await explain('2026-11-10T12:00:00Z', '--key', 'freeze.deploys')
  assert.deepEqual([ofKey.code, ofKey.err], [78, faulty.err])
})

test('a demand for fresh values is explained with the line on which it is written', async () => {
  const fresh = '    cache:\n      tool-result:\n        ttl: x0.5\n        freshAtStart: true\n'
  await writeFile(standard, `${FROZEN}  - match: freeze\n${fresh}`)
  const explain = async (at: string): Promise<string | undefined> => {
    const key = ['--key', 'cache.tool-result.ttl']
    const { out } = await runSophia(['calendar', 'explain', ...key, '--at', at], { SOPHIA_HOME: home })
    return out.trimEnd().split('\n').at(-1)
  }
  assert.equal(
    await explain('2026-11-01T12:00:00Z'),
    'From 2026-11-10 00:00 UTC on Migration (calendar.yaml, line 14) wants fresh values: nothing kept from before is given in it.',
  )
  assert.equal(
    await explain('2026-11-11T12:00:00Z'),
    'Migration (calendar.yaml, line 14) wants fresh values: nothing kept from before 2026-11-10 00:00 UTC is given in it.',
  )
})

test('a faulty calendar is no yes: the fault, and 78', async () => {
  await writeFile(standard, FROZEN.replace('deploys: true', 'deploys: maybe'))
  const { code, out, err } = await mayDeploy('2026-11-20T12:00:00Z')
  assert.deepEqual([code, out], [78, ''])
  assert.match(err, /cannot be told.*\ncalendar\.yaml:6: .*takes `true` or `false`/)
})

test('nor is one that cannot be read', async () => {
  await rm(standard)
  await mkdir(standard)
  const { code, out, err } = await mayDeploy('2026-11-20T12:00:00Z')
  assert.deepEqual([code, out], [78, ''])
  assert.match(err, /calendar\.yaml:1: This is no file\./)
})

test('nor is one that is named and not there', async () => {
  const { code, out, err } = await mayDeploy('2026-11-20T12:00:00Z', { SOPHIA_CALENDAR_FILE: join(home, 'gone.yaml') })
  assert.deepEqual([code, out], [78, ''])
  assert.match(err, /SOPHIA_CALENDAR_FILE: There is no file .*gone\.yaml; create it\./)
})

test('a calendar whose events could not be fetched is no yes either, until they are known', async () => {
  const server = await openEventsServer((_request, response) => void response.writeHead(503).end())
  const named = join(home, 'by-address.yaml')
  await writeFile(
    named,
    `periods: { audit: { label: Audit, ical: "${server.origin}/audit.ics" } }
policies: [{ match: audit, freeze: { deploys: true } }]
`,
  )
  const settings = { SOPHIA_CALENDAR_FILE: named, SOPHIA_ALLOW_PRIVATE_NETWORK: server.host }
  const unknown = await mayDeploy('2026-11-10T12:00:00Z', settings)
  assert.deepEqual([unknown.code, unknown.out], [75, ''])
  assert.match(
    unknown.err,
    /The events of 127\.0\.0\.1:\d+ could not be fetched: it answers with HTTP 503\. None are known/,
  )
  const days = ['DTSTART;VALUE=DATE:20261110', 'DTEND;VALUE=DATE:20261112']
  const event = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:1', ...days, 'END:VEVENT', 'END:VCALENDAR']
  server.answer((_request, response) => void response.end(event.join('\r\n')))
  const frozen = await mayDeploy('2026-11-10T12:00:00Z', settings)
  assert.deepEqual(
    [frozen.code, frozen.err],
    [75, 'Deploys are frozen until 2026-11-12 00:00 UTC, because of Audit.\n'],
  )
  const free = await mayDeploy('2026-11-12T12:00:00Z', settings)
  assert.deepEqual([free.code, free.out], [0, 'Deploys may go ahead.\n'])
})

test('the floor of replicas ahead is told as cron triggers, and none by a faulty calendar', async () => {
  const named = join(home, 'floors.yaml')
  const text = `periods:
  fair: { label: Fair, dates: ["2026-11-10"], calendar: ours }
  far: { label: Far, dates: ["2026-12-20"] }
calendars: { ours: { timezone: Europe/Berlin } }
policies: [{ match: fair or far, scale: { api: { min: 40 } } }]
scaling: { min: 2, max: 9 }
`
  await writeFile(named, text)
  const at = ['--at', '2026-11-01T00:00:00Z', '--days', '30', '--ahead', '10']
  const settings = { SOPHIA_HOME: home, SOPHIA_CALENDAR_FILE: named }
  const told = await runSophia(['calendar', 'triggers', ...at], settings)
  const lines = [
    'keda:',
    '  cron:',
    '    # Fair says 40',
    '    - { timezone: UTC, start: "50 22 9 11 *", end: "0 23 10 11 *", desiredReplicas: 9 }\n',
  ]
  assert.deepEqual([told.code, told.out], [0, lines.join('\n')])
  await writeFile(named, text.replace('min: 40', 'min: many'))
  const faulty = await runSophia(['calendar', 'triggers', ...at], settings)
  assert.deepEqual([faulty.code, faulty.out], [78, ''])
})
