import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { dayOf } from '#domain/day.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openTestHouse } from '../support/house.ts'
import { DEAL, insertPierCompany } from '../support/pier-company.ts'
import { askOnce, send } from '../support/told-secrets.ts'
import { askAndRead, bare, joinHouse, visit, type Visitor } from '../support/visitors.ts'

// S03 again for what came later: nothing of another's can be read, changed, sent or found out about by its id alone.

const house = await openTestHouse()
await insertPierCompany(house.rooms.database, dayOf(new Date()))
await house.rooms.standings.refresh()
const victim = await joinHouse(house, { repId: 'rep-a', name: 'Ann' })
const admin = await joinHouse(house, { role: 'admin', rowScope: 'all' })
const stranger = await joinHouse(house, { repId: 'rep-c' })
const viewer = await joinHouse(house, { role: 'viewer', rowScope: 'all' })

const Made = z.object({ id: z.string() })
const Listed = z.object({ items: z.array(Made) })
const idOf = (text: string): string => Made.parse(JSON.parse(text)).id
const firstOf = (text: string): string => Listed.parse(JSON.parse(text)).items[0]?.id ?? ''

const memory = idOf(
  await send(victim, 'POST /api/memories', { text: 'They like tea.', subject: { kind: 'deal', id: DEAL } }),
)
await send(victim, 'POST /api/personas/marcus/skills/draft-follow-up', { about: DEAL })
const draft = firstOf(await send(victim, 'GET /api/drafts'))
const commitment = firstOf(await send(victim, 'GET /api/commitments'))
const briefing = createId()
await house.rooms.conversations.postBriefing({
  id: briefing,
  memberId: victim.memberId,
  persona: 'marcus',
  title: 'Your day',
  markdown: 'Nothing.',
})

interface Attempt {
  readonly method: string
  readonly path: (id: string) => string
  readonly body?: object
}

const PRIVATE: readonly (readonly [kind: string, theirs: string, attempts: readonly Attempt[]])[] = [
  [
    'memory',
    memory,
    [
      { method: 'GET', path: (id) => `/api/memories/${id}` },
      { method: 'PATCH', path: (id) => `/api/memories/${id}`, body: { audience: 'company' } },
      { method: 'PATCH', path: (id) => `/api/memories/${id}`, body: { text: 'They like coffee.' } },
      { method: 'POST', path: (id) => `/api/memories/${id}/undo` },
      { method: 'DELETE', path: (id) => `/api/memories/${id}` },
      { method: 'GET', path: (id) => `/api/evidence?refs=memory:${id}` },
    ],
  ],
  [
    'draft',
    draft,
    [
      { method: 'GET', path: (id) => `/api/drafts/${id}` },
      { method: 'PATCH', path: (id) => `/api/drafts/${id}`, body: { subject: 'Taken' } },
      { method: 'POST', path: (id) => `/api/drafts/${id}/approve`, body: { how: 'outside' } },
      { method: 'POST', path: (id) => `/api/drafts/${id}/approve`, body: {} },
      { method: 'POST', path: (id) => `/api/drafts/${id}/discard` },
    ],
  ],
  [
    'briefing',
    briefing,
    [
      { method: 'GET', path: (id) => `/api/conversations/${id}` },
      { method: 'GET', path: (id) => `/api/conversations/${id}/messages` },
      { method: 'GET', path: (id) => `/api/memories?conversationId=${id}` },
      { method: 'DELETE', path: (id) => `/api/conversations/${id}` },
    ],
  ],
]
const COMMITMENT: readonly Attempt[] = ['done', 'undone'].map((word) => ({
  method: 'POST',
  path: (id) => `/api/commitments/${id}/${word}`,
}))

/** What this one may not have reads to the byte like what never was. */
async function assertAbsent(by: Visitor, theirs: string, attempt: Attempt): Promise<void> {
  const { method, path, body } = attempt
  const told = async (id: string) => bare(await visit(by, { method, path: path(id), ...(body ? { body } : {}) }))
  const answer = await told(theirs)
  assert.deepEqual(answer, await told(createId()), `${method} ${path(theirs)}`)
  // A list of nothing is the other way to say that there is nothing.
  assert.match(`${answer.status} ${answer.text}`, /^404 |^200 \{"items":\[\]/, `${method} ${path(theirs)}`)
}

for (const [kind, theirs, attempts] of PRIVATE)
  test(`a ${kind} of another is as absent as one that never was, for an admin as for a stranger`, async () => {
    for (const attempt of attempts) for (const by of [admin, stranger]) await assertAbsent(by, theirs, attempt)
  })

test('a commitment of a deal out of sight is absent', async () => {
  assert.notEqual(commitment, '')
  for (const attempt of COMMITMENT) await assertAbsent(stranger, commitment, attempt)
})

test('a viewer may not even try to change: 403 for what is there and what is not', async () => {
  const changes = [...PRIVATE.slice(0, 2).flatMap(([, , attempts]) => attempts), ...COMMITMENT]
  for (const { method, path, body } of changes.filter((one) => one.method !== 'GET'))
    for (const id of [memory, draft, createId()]) {
      const answer = await visit(viewer, { method, path: path(id), ...(body ? { body } : {}) })
      assert.equal(answer.status, 403, `${method} ${path(id)}`)
    }
})

test('a key for reading records opens none of it', async () => {
  const { secret } = await house.rooms.access.createKey(
    { principal: victim.principal },
    { name: 'narrow', actions: ['records:read'], expiresInDays: null },
  )
  const headers = { authorization: `Bearer ${secret}`, cookie: '' }
  for (const path of [`/api/memories/${memory}`, '/api/memories', `/api/drafts/${draft}`, '/api/briefings'])
    assert.equal((await visit(victim, { path, headers })).status, 403, path)
  assert.equal((await visit(victim, { path: '/api/commitments', headers })).status, 200)
})

test('a key that may not read memories meets none through evidence, risk, skills or a conversation', async () => {
  const talk = idOf(await send(victim, 'POST /api/conversations', { persona: 'marcus' }))
  await askAndRead(victim, talk, 'Quokkapay is the main competitor at Pier Rollout.')
  const risk = `/api/deals/${DEAL}/risk`
  assert.match(await send(victim, `GET ${risk}`), /Quokkapay/)
  const { secret } = await house.rooms.access.createKey(
    { principal: victim.principal },
    { name: 'narrow', actions: ['records:read', 'skill:run', 'home:read', 'conversation:use'], expiresInDays: null },
  )
  const headers = { authorization: `Bearer ${secret}`, cookie: '' }
  const narrow: Visitor = {
    ...victim,
    ask: (asked) => victim.ask({ ...asked, headers: { ...asked.headers, ...headers } }),
  }
  for (const path of [`/api/evidence?refs=memory:${memory}`, risk, '/api/home'])
    assert.doesNotMatch((await visit(narrow, { path })).text, /tea\.|Quokkapay/, path)
  const coach = await send(narrow, 'POST /api/personas/marcus/skills/coach-deal', { deal: DEAL })
  assert.doesNotMatch(coach, /Quokkapay/)
  assert.doesNotMatch(await askOnce(narrow, 'marcus', 'Coach me on the deal Pier Rollout'), /Quokkapay/)
  // Nor does it write any.
  await askOnce(narrow, 'marcus', 'Gnupay is the main competitor at Pier Rollout.')
  assert.doesNotMatch(await send(victim, 'GET /api/memories'), /Gnupay/)
})

test('after all that everything is as it was', async () => {
  assert.match(await send(victim, `GET /api/memories/${memory}`), /"audience":"member"[^]*"text":"They like tea\."/)
  assert.match(await send(victim, `GET /api/drafts/${draft}`), /"status":"draft"/)
  assert.match(await send(victim, `GET /api/conversations/${briefing}`), /"title":"Your day"/)
  assert.match(await send(victim, 'GET /api/commitments'), new RegExp(`"id":"${commitment}"`))
})
