import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Memory, MemoryDetail, MemoryErased, MemoryPage } from '#contract/memory.ts'
import { Problem } from '#contract/common.ts'
import { dayOf } from '#domain/day.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openTestHouse } from '../support/house.ts'
import { DEAL, insertPierCompany } from '../support/pier-company.ts'
import { refuse, send, until } from '../support/told-secrets.ts'
import { askAndRead, joinHouse, openConversation, visit, type Visitor } from '../support/visitors.ts'

const house = await openTestHouse()
await insertPierCompany(house.rooms.database, dayOf(new Date()))
await house.rooms.standings.refresh()
const ann = await joinHouse(house, { repId: 'rep-a', name: 'Ann' })
const viewer = await joinHouse(house, { role: 'viewer', repId: 'rep-a', name: 'Val' })
const admin = await joinHouse(house, { role: 'admin', rowScope: 'all', name: 'Ada' })

const PIER = { kind: 'deal', id: DEAL } as const
const tell = async (visitor: Visitor, body: object) =>
  Memory.parse(JSON.parse(await send(visitor, 'POST /api/memories', body)))
const list = async (visitor: Visitor, query = '') =>
  MemoryPage.parse(JSON.parse(await send(visitor, `GET /api/memories${query}`)))
const texts = async (visitor: Visitor, query = '') => (await list(visitor, query)).items.map(({ text }) => text)

test('a memory is told, found by each filter and by its words, opened with its history, and pages hold all once', async () => {
  const told = await tell(ann, { text: 'The buyer likes short mails.', subject: PIER, isPinned: true })
  assert.deepEqual(
    [told.audience, told.trust, told.isPinned, told.subject, told.mayChange],
    ['member', 'stated', true, { ...PIER, label: 'Pier Rollout' }, true],
  )
  await tell(ann, { text: 'Workshops win over finance.', kind: 'procedure' })
  await tell(ann, { text: 'Fridays are free.', persona: 'sarah' })
  assert.deepEqual(await texts(ann, '?search=short%20mail'), [told.text])
  assert.deepEqual(await texts(ann, `?subjectKind=deal&subjectId=${DEAL}`), [told.text])
  assert.deepEqual(await texts(ann, '?kind=procedure'), ['Workshops win over finance.'])
  assert.deepEqual((await texts(ann, '?persona=marcus')).includes('Fridays are free.'), false)
  assert.deepEqual(await texts(ann, '?search=!!!'), [])
  const found: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { items, nextCursor }: { items: { id: string }[]; nextCursor: string | null } = await list(
      ann,
      `?limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    found.push(...items.map(({ id }) => id))
    cursor = nextCursor
  }
  assert.deepEqual([found.length, new Set(found).size], [3, 3])
  const detail = MemoryDetail.parse(JSON.parse(await send(ann, `GET /api/memories/${told.id}`)))
  assert.deepEqual(
    detail.history.map(({ change, by }) => [change, by]),
    [['added', 'Ann']],
  )
})

test('it is edited, undone, forgotten and brought back, each with a line of history', async () => {
  const { id } = await tell(ann, { text: 'They sign in March.', subject: PIER })
  const one = `/api/memories/${id}`
  assert.match(await send(ann, `PATCH ${one}`, { text: 'They sign in April.', isSensitive: true }), /April/)
  await send(ann, `PATCH ${one}`, { isPinned: true })
  assert.match(await send(ann, `POST ${one}/undo`), /"isPinned":false/)
  await send(ann, `DELETE ${one}`)
  assert.equal((await texts(ann)).includes('They sign in April.'), false)
  assert.deepEqual(await texts(ann, '?status=forgotten'), ['They sign in April.'])
  assert.match(await send(ann, `PATCH ${one}`, { status: 'active' }), /"status":"active"/)
  const { history } = MemoryDetail.parse(JSON.parse(await send(ann, `GET ${one}`)))
  assert.deepEqual(
    history.map(({ change }) => change).filter((change) => change === 'edited' || change === 'forgotten'),
    ['edited', 'forgotten'],
  )
})

test('bad input is refused with the field that is at fault', async () => {
  const long = 'x'.repeat(2001)
  for (const [body, field] of [
    [{}, 'text'],
    [{ text: 'x' }, 'text'],
    [{ text: long }, 'text'],
    [{ text: 'Good', kind: 'dream' }, 'kind'],
    [{ text: 'Good', audience: 'world' }, 'audience'],
    [{ text: 'Good', audience: 'record' }, 'audience'],
    [{ text: 'Good', audience: 'team' }, 'audience'],
    [{ text: 'Good', subject: { kind: 'planet', id: 'x' } }, 'subject.kind'],
    [{ text: 'Good', expiresOn: '2026-02-31' }, 'expiresOn'],
    [{ text: 'Good', memberId: viewer.memberId }, 'body'],
  ] as const)
    await refuse(ann, ['POST /api/memories', body], { code: 'INVALID_INPUT', field })
  await refuse(ann, ['GET /api/memories?limit=0'], { code: 'INVALID_INPUT', field: 'limit' })
  await refuse(ann, ['GET /api/memories?cursor=zzz'], { code: 'INVALID_INPUT', field: 'cursor' })
  await refuse(ann, ['GET /api/memories/none'], { code: 'INVALID_INPUT', field: 'id' })
  await refuse(admin, ['POST /api/memories/erase', {}], { code: 'INVALID_INPUT', field: 'subject' })
})

test('what it is about must be in sight; what is not there is 404', async () => {
  const stranger = await joinHouse(house, { repId: 'rep-c' })
  await refuse(stranger, ['POST /api/memories', { text: 'Hello there.', subject: PIER }], { code: 'NOT_FOUND' })
  for (const asked of [`GET /api/memories/${createId()}`, `DELETE /api/memories/${createId()}`])
    await refuse(ann, [asked], { code: 'NOT_FOUND' })
  await refuse(ann, [`POST /api/memories/${createId()}/undo`], { code: 'NOT_FOUND' })
})

test('a viewer reads what is shared and changes nothing; only admins erase', async () => {
  const { id, text } = await tell(ann, { text: 'Shared with the deal.', subject: PIER, audience: 'record' })
  assert.deepEqual(await texts(viewer), [text])
  for (const asked of [
    ['POST /api/memories', { text: 'Let me in.' }],
    [`PATCH /api/memories/${id}`, { isPinned: true }],
    [`POST /api/memories/${id}/undo`],
    [`DELETE /api/memories/${id}`],
  ] as const)
    await refuse(viewer, asked, { code: 'NOT_PERMITTED' })
  // In sight, but another's.
  await refuse(admin, [`PATCH /api/memories/${id}`, { text: 'Mine now.' }], { code: 'NOT_PERMITTED' })
  const erase = { subject: { kind: 'contact', id: 'dana' } }
  await refuse(ann, ['POST /api/memories/erase', erase], { code: 'NOT_PERMITTED' })
  await tell(ann, { text: 'Dana Fox plays chess.' })
  const gone = MemoryErased.parse(JSON.parse(await send(admin, 'POST /api/memories/erase', erase)))
  assert.equal(gone.memories, 1)
  assert.equal((await texts(ann)).includes('Dana Fox plays chess.'), false)
})

test('what a skill used is a source of the answer, and gone from it when its conversation is erased', async () => {
  const [told, asked] = [await openConversation(ann), await openConversation(ann)]
  await askAndRead(ann, told, 'Tollgate is the main competitor at Pier Rollout.')
  const answer = await askAndRead(ann, asked, 'Coach me on the deal Pier Rollout')
  assert.match(answer, /event: source\ndata: \{[^\n]*"kind":"memory"/)
  const hasSource = async () =>
    /"kind":"memory"/.test((await visit(ann, { path: `/api/conversations/${asked}/messages` })).text)
  assert.ok(await hasSource())
  await until(async () => {
    const { rows } = await house.rooms.database.read((handle) => handle.client.query('select 1 from memory_uses'))
    return rows.length > 0
  }, 'the use to be marked')
  await send(ann, `DELETE /api/conversations/${told}`)
  assert.equal(await hasSource(), false)
})

test('a refusal is a problem with what to do', async () => {
  const { text } = await visit(ann, {
    method: 'POST',
    path: '/api/memories',
    body: { text: 'Good', audience: 'record' },
  })
  assert.match(Problem.parse(JSON.parse(text)).detail, /Only a memory about a deal, client, contact or rep/)
})
