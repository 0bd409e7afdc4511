import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BriefingPage, BriefingPreview, BriefingSettings } from '#contract/briefings.ts'
import { SkillRun } from '#contract/personas.ts'
import { DealBoard, RepDetail, RepPage } from '#contract/records.ts'
import { dayOf } from '#domain/day.ts'
import { openTestHouse } from '../support/house.ts'
import { DEAL, insertPierCompany } from '../support/pier-company.ts'
import { refuse, send } from '../support/told-secrets.ts'
import { bare, joinHouse, visit } from '../support/visitors.ts'

const house = await openTestHouse()
await insertPierCompany(house.rooms.database, dayOf(new Date()))
await house.rooms.standings.refresh()
const ann = await joinHouse(house, { repId: 'rep-a', name: 'Ann' })
const viewer = await joinHouse(house, { role: 'viewer', repId: 'rep-a', name: 'Val' })
const stranger = await joinHouse(house, { repId: 'rep-c', name: 'Stan' })
const admin = await joinHouse(house, { role: 'admin', rowScope: 'all', name: 'Ada' })

test('a briefing is off until it is switched on; channels that are not set up say so', async () => {
  const read = async () => BriefingSettings.parse(JSON.parse(await send(ann, 'GET /api/briefing')))
  const standard = await read()
  assert.deepEqual([standard.cadence, standard.nextAt, standard.email.isConfigured], ['off', null, false])
  assert.match(standard.email.reason ?? '', /SMTP_URL/)
  assert.match(standard.webhook.reason ?? '', /SOPHIA_NOTIFY_WEBHOOK/)
  const wish = { cadence: 'weekly', weekday: 5, hour: 7, timeZone: 'Europe/Berlin', persona: 'sarah', email: true }
  const changed = BriefingSettings.parse(JSON.parse(await send(ann, 'PUT /api/briefing', wish)))
  assert.deepEqual([changed.weekday, changed.email.isOn, changed.persona], [5, true, 'sarah'])
  assert.ok(changed.nextAt !== null && new Date(changed.nextAt) > new Date())
  assert.equal(new Date(changed.nextAt).getUTCDay(), 5)
  const preview = BriefingPreview.parse(JSON.parse(await send(ann, 'POST /api/briefing/preview', {})))
  assert.match(preview.markdown, /This is your week/)
  await send(ann, 'PUT /api/briefing', { cadence: 'off' })
  assert.equal((await read()).nextAt, null)
  assert.deepEqual(BriefingPage.parse(JSON.parse(await send(ann, 'GET /api/briefings'))).items, [])
})

test("bad settings are refused with the field; a viewer's are their own too; an unknown link ends nothing", async () => {
  for (const [body, code, field] of [
    [{}, 'INVALID_INPUT', 'cadence'],
    [{ cadence: 'hourly' }, 'INVALID_INPUT', 'cadence'],
    [{ cadence: 'daily', hour: 24 }, 'INVALID_INPUT', 'hour'],
    [{ cadence: 'weekly', weekday: 0 }, 'INVALID_INPUT', 'weekday'],
    [{ cadence: 'daily', timeZone: 'Mars/Base' }, 'INVALID_INPUT', 'timeZone'],
    [{ cadence: 'daily', memberId: admin.memberId }, 'INVALID_INPUT', 'body'],
    [{ cadence: 'daily', persona: 'nobody' }, 'PERSONA_NOT_FOUND', undefined],
  ] as const)
    await refuse(ann, ['PUT /api/briefing', body], { code, ...(field ? { field } : {}) })
  await refuse(ann, ['GET /api/briefings?cursor=zzz'], { code: 'INVALID_INPUT', field: 'cursor' })
  assert.match(await send(viewer, 'PUT /api/briefing', { cadence: 'daily' }), /"cadence":"daily"/)
  const token = 'x'.repeat(43)
  await refuse(ann, [`POST /api/briefings/unsubscribe?token=${token}`, {}], { code: 'NOT_FOUND' })
  await refuse(ann, ['POST /api/briefings/unsubscribe?token=x', {}], { code: 'INVALID_INPUT', field: 'token' })
  await refuse(ann, ['POST /api/briefings/unsubscribe', {}], { code: 'INVALID_INPUT', field: 'token' })
})

test('a rep and their performance are seen within the row scope; a peer is as absent as nobody', async () => {
  const own = RepDetail.parse(JSON.parse(await send(ann, 'GET /api/reps/rep-a')))
  assert.deepEqual([own.name, own.openDeals, own.openValue?.amountMicros], ['Priya Nair', 1, 4e10])
  const run = SkillRun.parse(JSON.parse(await send(viewer, 'GET /api/reps/rep-a/performance')))
  assert.equal(run.kind === 'result' ? run.result.skill : run.kind, 'review-performance')
  for (const path of ['', '/performance']) {
    const peer = await visit(ann, { path: `/api/reps/rep-b${path}` })
    const nobody = await visit(ann, { path: `/api/reps/rep-x${path}` })
    assert.equal(peer.status, 404, path)
    assert.deepEqual(bare(peer), bare(nobody))
    assert.equal((await visit(admin, { path: `/api/reps/rep-b${path}` })).status, 200)
  }
  assert.deepEqual(
    RepPage.parse(JSON.parse(await send(ann, 'GET /api/reps'))).items.map(({ id }) => id),
    ['rep-a'],
  )
  await refuse(ann, [`GET /api/reps/${'x'.repeat(201)}`], { code: 'INVALID_INPUT', field: 'id' })
})

test('the board has each open stage with its sums, and nothing of deals out of sight', async () => {
  const read = async (visitor: typeof ann, query = '') =>
    DealBoard.parse(JSON.parse(await send(visitor, `GET /api/deals/board${query}`))).columns
  const proposal = (await read(ann)).find(({ stage }) => stage === 'proposal')
  assert.deepEqual(
    [proposal?.deals, proposal?.total?.amountMicros, proposal?.items.map(({ id }) => id)],
    [1, 4e10, [DEAL]],
  )
  assert.ok(proposal?.items[0]?.risk)
  assert.ok((await read(stranger)).every((column) => column.deals === 0 && column.items.length === 0))
  assert.ok((await read(ann, '?search=nothing')).every(({ deals }) => deals === 0))
  assert.ok((await read(ann, '?clientId=c-harbor&sort=value')).some(({ deals }) => deals === 1))
  await refuse(ann, ['GET /api/deals/board?sort=name'], { code: 'INVALID_INPUT', field: 'sort' })
  await refuse(ann, ['GET /api/deals/board?limit=5'], { code: 'INVALID_INPUT', field: 'query' })
})
