import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommitmentPage, Commitment } from '#contract/commitments.ts'
import { Draft, DraftPage } from '#contract/drafts.ts'
import { SkillRun } from '#contract/personas.ts'
import { addDays, dayOf } from '#domain/day.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openTestHouse } from '../support/house.ts'
import { DEAL, insertPierCompany } from '../support/pier-company.ts'
import { refuse, send } from '../support/told-secrets.ts'
import { joinHouse, visit, type Visitor } from '../support/visitors.ts'

const house = await openTestHouse()
const { database } = house.rooms
const today = dayOf(new Date())
await insertPierCompany(database, today)
// Side by side, as a start and a loading of the sample do it.
await Promise.all([house.rooms.standings.refresh(), house.rooms.standings.refresh()])
const ann = await joinHouse(house, { repId: 'rep-a', name: 'Ann' })
const viewer = await joinHouse(house, { role: 'viewer', repId: 'rep-a', name: 'Val' })
const admin = await joinHouse(house, { role: 'admin', rowScope: 'all', name: 'Ada' })
const stranger = await joinHouse(house, { repId: 'rep-c', name: 'Stan' })

const SKILL = '/api/personas/marcus/skills/draft-follow-up'

/** Runs the skill that writes; answers the ids of the drafts it names. */
async function write(visitor: Visitor, key?: string): Promise<string[]> {
  const headers = key === undefined ? {} : { 'idempotency-key': key }
  const { text } = await visit(visitor, { method: 'POST', path: SKILL, body: { about: DEAL }, headers })
  const run = SkillRun.parse(JSON.parse(text))
  assert.ok(run.kind === 'result', text)
  return (run.result.figures.open as string[]).map((path) => path.replace('/drafts/', ''))
}

const list = async (visitor: Visitor, query = '') =>
  DraftPage.parse(JSON.parse(await send(visitor, `GET /api/drafts${query}`)))
const open = async (id: string) => Draft.parse(JSON.parse(await send(ann, `GET /api/drafts/${id}`)))

test('a skill asked twice with one key writes once; with another key, or by another member, anew', async () => {
  const first = await write(ann, 'follow-up-1')
  assert.equal(first.length, 2)
  assert.deepEqual(await write(ann, 'follow-up-1'), first)
  assert.equal((await list(ann)).items.length, 2)
  assert.notDeepEqual(await write(ann, 'follow-up-2'), first)
  const peer = await joinHouse(house, { repId: 'rep-a' })
  assert.notDeepEqual(await write(peer, 'follow-up-1'), first)
  for (const key of ['short', 'x'.repeat(101), 'with space in it'])
    assert.equal(
      (await visit(ann, { method: 'POST', path: SKILL, body: { about: DEAL }, headers: { 'idempotency-key': key } }))
        .status,
      400,
      key,
    )
})

test('drafts are listed by state and record, edited, marked as sent by hand, and then left alone', async () => {
  const [emailId = '', updateId = ''] = await write(ann)
  const pages = (await list(ann, '?limit=1')).items.map(({ id }) => id)
  let { nextCursor } = await list(ann, '?limit=1')
  while (nextCursor !== null) {
    const page: { items: { id: string }[]; nextCursor: string | null } = await list(
      ann,
      `?limit=1&cursor=${encodeURIComponent(nextCursor)}`,
    )
    pages.push(...page.items.map(({ id }) => id))
    nextCursor = page.nextCursor
  }
  assert.deepEqual(
    pages,
    (await list(ann)).items.map(({ id }) => id),
  )
  assert.equal((await list(ann, `?aboutId=${DEAL}&status=draft`)).items.length, pages.length)
  assert.deepEqual((await list(ann, '?aboutId=nothing')).items, [])
  const edit = { subject: 'Shorter', to: [{ name: 'Dana Fox', email: 'dana@example.com' }] }
  assert.match(await send(ann, `PATCH /api/drafts/${emailId}`, edit), /"subject":"Shorter"/)
  await refuse(ann, [`POST /api/drafts/${emailId}/approve`, {}], { code: 'CONFLICT' })
  const sent = Draft.parse(JSON.parse(await send(ann, `POST /api/drafts/${emailId}/approve`, { how: 'outside' })))
  assert.deepEqual([sent.status, sent.delivery.isPossible], ['sent', false])
  await refuse(ann, [`PATCH /api/drafts/${emailId}`, { subject: 'Late' }], { code: 'CONFLICT' })
  await refuse(ann, [`POST /api/drafts/${emailId}/discard`], { code: 'CONFLICT' })
  assert.equal((await open(updateId)).status, 'draft')
  assert.match(await send(ann, `POST /api/drafts/${updateId}/discard`), /"status":"discarded"/)
})

test('an approved record update is written with its history, and nothing before that', async () => {
  const [, updateId = ''] = await write(ann)
  const nextStep = async () =>
    (await database.read((handle) => handle.client.query(`select next_step from deals where id = '${DEAL}'`))).rows
  const [before] = await nextStep()
  assert.deepEqual(before, { next_step: 'Send the offer' })
  const applied = await send(ann, `POST /api/drafts/${updateId}/approve`, {})
  assert.match(applied, /"status":"applied"/)
  assert.notDeepEqual(await nextStep(), [before])
  const audit = await send(admin, 'GET /api/audit')
  assert.match(audit, /"draft.approve"/)
  assert.doesNotMatch(audit, /Dana|page summary/)
  await database.read((handle) => handle.run(sql`update deals set next_step = 'Send the offer' where id = ${DEAL}`))
})

test('bad input is refused with the field; a viewer has no drafts, and may still read commitments', async () => {
  const [emailId = '', updateId = ''] = await write(ann)
  for (const [body, field] of [
    [{ to: [{ name: 'X', email: 'nobody' }] }, 'to.0.email'],
    [{ subject: 'x'.repeat(301) }, 'subject'],
    [{ body: 7 }, 'body'],
    [{ status: 'sent' }, 'body'],
  ] as const)
    await refuse(ann, [`PATCH /api/drafts/${emailId}`, body], { code: 'INVALID_INPUT', field })
  const stage = { changes: [{ field: 'stage', to: 'won' }] }
  await refuse(ann, [`PATCH /api/drafts/${updateId}`, stage], { code: 'INVALID_INPUT', field: 'changes' })
  await refuse(ann, [`PATCH /api/drafts/${updateId}`, { subject: 'x' }], { code: 'INVALID_INPUT' })
  await refuse(ann, [`POST /api/drafts/${emailId}/approve`, { how: 'fax' }], { code: 'INVALID_INPUT', field: 'how' })
  await refuse(ann, ['GET /api/drafts?status=lost'], { code: 'INVALID_INPUT', field: 'status' })
  await refuse(ann, ['GET /api/drafts?cursor=zzz'], { code: 'INVALID_INPUT', field: 'cursor' })
  await refuse(ann, [`POST ${SKILL}`, {}], { code: 'INVALID_INPUT', field: 'about' })
  await refuse(ann, ['GET /api/commitments?due=soon'], { code: 'INVALID_INPUT', field: 'due' })
  for (const asked of [
    ['GET /api/drafts'],
    [`PATCH /api/drafts/${emailId}`, {}],
    [`POST /api/drafts/${emailId}/approve`, {}],
    [`POST /api/drafts/${emailId}/discard`],
    [`POST ${SKILL}`, { about: DEAL }],
    ['POST /api/commitments/x/done'],
  ] as const)
    await refuse(viewer, asked, { code: 'NOT_PERMITTED' })
  const seen = CommitmentPage.parse(JSON.parse(await send(viewer, 'GET /api/commitments')))
  assert.ok(seen.total > 0)
})

test('commitments are filtered, marked done and open again by those who see the deal', async () => {
  const read = async (visitor: Visitor, query = '') =>
    CommitmentPage.parse(JSON.parse(await send(visitor, `GET /api/commitments${query}`)))
  const all = await read(ann, '?status=all')
  assert.deepEqual(
    all.items.map(({ side, quote, deal }) => `${side} ${/page summary|controller/.test(quote)} ${deal?.id}`).toSorted(),
    [`them true ${DEAL}`, `us true ${DEAL}`],
  )
  assert.equal((await read(ann, '?side=them')).total, 1)
  assert.equal((await read(ann, `?due=${addDays(today, 30)}&clientId=c-harbor`)).total, 2)
  assert.equal((await read(ann, '?due=none')).total, 0)
  assert.equal((await read(stranger, '?status=all')).total, 0)
  const one = `/api/commitments/${encodeURIComponent(all.items[0]?.id ?? '')}`
  const done = Commitment.parse(JSON.parse(await send(ann, `POST ${one}/done`)))
  assert.equal(done.doneBy, 'Ann')
  assert.deepEqual([(await read(ann)).total, (await read(ann, '?status=done')).total], [1, 1])
  assert.equal(Commitment.parse(JSON.parse(await send(ann, `POST ${one}/undone`))).doneAt, null)
  await refuse(stranger, [`POST ${one}/done`], { code: 'NOT_FOUND' })
  await refuse(ann, [`POST /api/commitments/${createId()}/done`], { code: 'NOT_FOUND' })
})
