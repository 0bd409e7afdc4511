import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { ScalingAdvice } from '#contract/calendar.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse } from '../support/visitors.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-scaling-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'calendar.yaml')
// In force on whatever day this runs.
await writeFile(
  file,
  `periods: { ever: { label: High season, when: mon-sun } }
policies: [{ match: ever, scale: { api: { min: 4 } } }]
scaling: { min: 2, max: 9, step: 9 }
`,
)
const house = await openTestHouse({ SOPHIA_CALENDAR_FILE: file })
const member = await joinHouse(house)

async function keyFor(actions: readonly ['calendar:read' | 'records:read']): Promise<string> {
  const { access } = house.rooms
  const { secret } = await access.createKey(member, { name: 'scaler', actions, expiresInDays: null })
  return secret
}

/** As the `metrics-api` scaler of KEDA asks: bearer, no other header of ours. */
function asScaler(path: string, secret?: string): Promise<Response> {
  const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` }
  return fetch(`${house.url}${path}`, { headers })
}

/** As it reads JSON: the value at a place of dotted names has to be a number. */
function valueAt(document: unknown, valueLocation: string): number {
  const found = valueLocation
    .split('.')
    .reduce<unknown>((part, name) => z.record(z.string(), z.unknown()).parse(part)[name], document)
  return z.number().parse(found)
}

/** As it reads Prometheus text: the value of the line that is of this metric. */
function gaugeIn(text: string, name: string): number {
  assert.match(text, new RegExp(`^# TYPE ${name} gauge$`, 'm'))
  const values = text
    .split('\n')
    .flatMap((line) => new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`).exec(line)?.[1] ?? [])
  assert.equal(values.length, 1)
  return Number(values[0])
}

test('a scaler reads how many replicas there shall be with a key that may do nothing else', async () => {
  const secret = await keyFor(['calendar:read'])
  const answer = await asScaler('/api/scaling', secret)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  const document: unknown = await answer.json()
  assert.equal(valueAt(document, 'desiredReplicas'), 4)
  const { source, reasons } = ScalingAdvice.parse(document)
  assert.equal(source, 'calendar')
  assert.match(reasons.join(' '), /The calendar asks for 4: High season says 4/)
  assert.equal((await asScaler('/api/clients', secret)).status, 403)
})

test('without a key, or with one for something else, it learns nothing', async () => {
  assert.equal((await asScaler('/api/scaling')).status, 401)
  assert.equal((await asScaler('/api/scaling', await keyFor(['records:read']))).status, 403)
})

test('the same number stands in the metrics as a gauge', async () => {
  const answer = await asScaler('/metrics')
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
  assert.equal(gaugeIn(await answer.text(), 'sophia_desired_replicas'), 4)
})
