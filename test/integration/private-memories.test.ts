import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import { dayOf } from '#domain/day.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openTestHouse } from '../support/house.ts'
import { DEAL, insertPierCompany, numbersOf } from '../support/pier-company.ts'
import { askOnce, send, tablesHolding, until } from '../support/told-secrets.ts'
import { askAndRead, joinHouse, messagesOf, openConversation, visit, type Visitor } from '../support/visitors.ts'

// What one member tells a colleague is theirs: not their peer's on the same deals, not their lead's, not an admin's.

const today = dayOf(new Date())
const logged: string[] = []
const house = await openTestHouse(
  {},
  { log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }) },
)
const { access, database } = house.rooms

await insertPierCompany(database, today)
await house.rooms.standings.refresh()

const owner = await joinHouse(house, { role: 'owner', rowScope: 'all', name: 'Olga' })
const team = await access.createTeam(owner, { name: 'East', manager: 'Mona' })
const inTeam = { rowScope: 'team', teamId: team.id } as const
const ann = await joinHouse(house, { ...inTeam, repId: 'rep-a', name: 'Ann' })
const bob = await joinHouse(house, { ...inTeam, repId: 'rep-b', name: 'Bob' })
const lead = await joinHouse(house, { ...inTeam, role: 'lead', name: 'Lia' })
const admin = await joinHouse(house, { role: 'admin', rowScope: 'all', name: 'Ada' })
const stranger = await joinHouse(house, { repId: 'rep-c', name: 'Stan' })
const OTHERS = { bob, lead, admin, owner, stranger }

/** One word per place; in a value, so that it looks like any name. */
const CANARY = {
  message: 'Wombatword',
  fact: 'Quokkapay',
  told: 'Kiwimemo',
  draft: 'Capybaradraft',
  note: 'Okapinote',
  briefing: 'Lemurbrief',
  feedback: 'Narwhalnote',
} as const
const ANY = new RegExp(Object.values(CANARY).join('|'), 'i')

const Made = z.object({ id: z.string() })
const idOf = (text: string): string => Made.parse(JSON.parse(text)).id

const before = new Map<string, string>()
for (const [name, visitor] of Object.entries(OTHERS)) before.set(name, await numbersOf(visitor))

// Ann's own things.
const talk = await openConversation(ann, `About ${CANARY.message}`)
await askAndRead(ann, talk, `${CANARY.fact} is the main competitor at Pier Rollout. My assistant is ${CANARY.message}.`)
const answerId = (await messagesOf(ann, talk)).at(-1)?.id ?? ''
await send(ann, `POST /api/messages/${answerId}/feedback`, { rating: 'down', note: CANARY.feedback })
const toldId = idOf(
  await send(ann, 'POST /api/memories', {
    text: `The buyer collects ${CANARY.told} stamps.`,
    subject: { kind: 'deal', id: DEAL },
  }),
)
await send(ann, 'POST /api/personas/marcus/skills/draft-follow-up', {
  about: DEAL,
  note: `${CANARY.note} says hello.`,
})
const Drafts = z.object({ items: z.array(z.object({ id: z.string(), kind: z.string() })) })
const drafts = Drafts.parse(JSON.parse(await send(ann, 'GET /api/drafts'))).items
const draftId = drafts.find(({ kind }) => kind === 'email')?.id ?? ''
await send(ann, `PATCH /api/drafts/${draftId}`, { subject: CANARY.draft })
await house.rooms.conversations.postBriefing({
  id: createId(),
  memberId: ann.memberId,
  persona: 'marcus',
  title: 'Your day',
  markdown: `Nothing but ${CANARY.briefing}.`,
})

const Memories = z.object({
  items: z.array(z.object({ id: z.string(), text: z.string(), slot: z.string().nullable() })),
})
const annsMemories = Memories.parse(JSON.parse(await send(ann, 'GET /api/memories'))).items
const factId = annsMemories.find(({ slot }) => slot === 'competitor')?.id ?? ''

/** Every place that might tell of another's things, by address. The asker's own word in an address is no find. */
async function placesOf(visitor: Visitor): Promise<Map<string, string>> {
  const places = new Map<string, string>()
  const words = Object.values(CANARY)
  for (const path of [
    ...['active', 'quarantined', 'superseded', 'merged', 'forgotten'].map((status) => `/api/memories?status=${status}`),
    ...['fact', 'episode', 'procedure'].map((kind) => `/api/memories?kind=${kind}`),
    ...words.flatMap((word) => [`/api/memories?search=${word}`, `/api/conversations?search=${word}`]),
    ...words.flatMap((word) => [`/api/deals?search=${word}`, `/api/clients?search=${word}`]),
    `/api/memories?subjectKind=deal&subjectId=${DEAL}`,
    `/api/memories?conversationId=${talk}`,
    '/api/memories?persona=marcus',
    `/api/memories/${toldId}`,
    `/api/memories/${factId}`,
    `/api/evidence?refs=memory:${toldId},memory:${factId},deal:${DEAL},transcript:t-1`,
    '/api/conversations',
    `/api/conversations/${talk}`,
    `/api/conversations/${talk}/messages`,
    '/api/drafts',
    `/api/drafts?aboutId=${DEAL}`,
    `/api/drafts/${draftId}`,
    '/api/briefing',
    '/api/briefings',
    '/api/commitments?status=all',
    '/api/audit',
    '/api/usage',
    '/api/keys',
    '/api/members',
    '/metrics',
    '/health',
  ])
    places.set(path, (await visit(visitor, { path })).text)
  const preview = await visit(visitor, { method: 'POST', path: '/api/briefing/preview', body: {} })
  places.set('/api/briefing/preview', preview.text)
  places.set('numbers', await numbersOf(visitor))
  for (const [persona, question] of [
    ['marcus', 'Coach me on the deal Pier Rollout'],
    ['marcus', 'What do you remember about Pier Rollout?'],
    ['marcus', 'Who competes for Pier Rollout?'],
    ['sarah', 'How healthy is Harbor Homes?'],
  ] as const)
    places.set(question, await askOnce(visitor, persona, question))
  return places
}

test('the canaries are there: their member finds each of them', async () => {
  const all = [...(await placesOf(ann)).values()].join('\n')
  for (const [place, word] of Object.entries(CANARY)) {
    // Feedback is given, never shown with its words.
    if (place === 'briefing' || place === 'feedback' || place === 'message') continue
    assert.ok(all.includes(word), `${place} ${word}`)
  }
  assert.ok(factId !== '' && draftId !== '')
  assert.match(await send(ann, 'GET /api/memories'), new RegExp(CANARY.message))
  const { items } = z.object({ items: z.array(Made) }).parse(JSON.parse(await send(ann, 'GET /api/conversations')))
  const texts = await Promise.all(items.map(({ id }) => messagesOf(ann, id)))
  assert.match(JSON.stringify(texts), new RegExp(CANARY.briefing))
  assert.ok((await tablesHolding(database, CANARY.feedback)).length > 0)
})

test("a private fact moves its member's own numbers and nobody else's", async () => {
  const own = await send(ann, `GET /api/deals/${DEAL}/risk`)
  assert.match(own, new RegExp(CANARY.fact))
  for (const [name, visitor] of Object.entries(OTHERS))
    assert.equal(await numbersOf(visitor), before.get(name), `${name} is told something else than before`)
  const list = /"risk":\{[^}]*\}/
  const shared = list.exec(await send(bob, 'GET /api/deals'))?.[0]
  assert.equal(list.exec(await send(ann, 'GET /api/deals'))?.[0], shared)
})

test('peer, lead, admin, owner and stranger find no canary anywhere, nor the ids', async () => {
  const ids = new RegExp([toldId, factId, draftId, talk].join('|'))
  for (const [name, visitor] of Object.entries(OTHERS))
    for (const [place, text] of await placesOf(visitor)) {
      assert.doesNotMatch(text, ANY, `${name} at ${place}`)
      assert.doesNotMatch(text, ids, `${name} at ${place}`)
    }
})

test('briefings of the others say nothing of it', async () => {
  for (const visitor of [bob, lead]) {
    await send(visitor, 'PUT /api/briefing', { cadence: 'daily', hour: 0 })
  }
  await database.read((handle) =>
    handle.client.query(`update briefing_settings set next_at = date_trunc('day', now())`),
  )
  const signal = AbortSignal.timeout(20_000)
  await runJob('briefing-tick', {}, signal)
  for (const visitor of [bob, lead]) {
    const Listed = z.object({ items: z.array(z.object({ id: z.string(), conversationId: z.string().nullable() })) })
    const read = async () => Listed.parse(JSON.parse(await send(visitor, 'GET /api/briefings'))).items
    const [briefing] = await read()
    assert.ok(briefing)
    await runJob('briefing-delivery', { briefingId: briefing.id, channel: 'conversation' }, signal)
    const [delivered] = await read()
    const said = await messagesOf(visitor, delivered?.conversationId ?? '')
    assert.match(JSON.stringify(said), /This is your day/)
    assert.doesNotMatch(JSON.stringify(said), ANY)
  }
})

async function runJob(name: string, payload: object, signal: AbortSignal): Promise<void> {
  const job = house.rooms.briefings.jobs.find((known) => known.name === name)
  assert.ok(job)
  await job.run(job.parse(payload), signal)
}

test('no line of the log, however chatty, has a canary', () => {
  assert.ok(logged.length > 20)
  assert.deepEqual(
    logged.filter((line) => ANY.test(line)),
    [],
  )
})

test('shared with those who see the deal it is theirs too and moves their numbers; taken back it moves them back', async () => {
  await send(ann, `PATCH /api/memories/${factId}`, { audience: 'record' })
  const isShared = new RegExp(CANARY.fact)
  for (const [name, visitor] of Object.entries(OTHERS)) {
    const isIn = name !== 'stranger'
    const listed = await send(visitor, 'GET /api/memories')
    assert.equal(isShared.test(listed), isIn, name)
    assert.equal((await visit(visitor, { path: `/api/memories/${factId}` })).status, isIn ? 200 : 404, name)
    const risk = await visit(visitor, { path: `/api/deals/${DEAL}/risk` })
    assert.equal(isShared.test(risk.text), isIn, name)
    // The rest of Ann's stays hers.
    assert.doesNotMatch(listed, new RegExp(CANARY.told))
  }
  await until(async () => (await numbersOf(bob)) !== before.get('bob'), 'standings of the shared fact')
  const standing = /"risk":\{[^}]*\}/
  const moved = standing.exec(await send(bob, 'GET /api/deals'))?.[0]
  await send(ann, `PATCH /api/memories/${factId}`, { audience: 'member' })
  await until(async () => standing.exec(await send(bob, 'GET /api/deals'))?.[0] !== moved, 'standings move back')
  assert.equal(await numbersOf(bob), before.get('bob'))
  assert.equal((await visit(bob, { path: `/api/memories/${factId}` })).status, 404)
})

test('a deleted conversation leaves no byte of what was said, nor of what was learnt, shared and computed from it', async () => {
  await send(ann, `PATCH /api/memories/${factId}`, { audience: 'record' })
  const reason = async () => (await tablesHolding(database, CANARY.fact)).includes('public.deal_standings')
  await until(reason, 'the shared fact to be in the standing of the deal')
  assert.match(await askOnce(bob, 'marcus', 'Coach me on the deal Pier Rollout'), new RegExp(CANARY.fact))
  await send(ann, `DELETE /api/conversations/${talk}`)
  await until(async () => !(await reason()), 'the standing to be computed anew')
  for (const word of [CANARY.message, CANARY.fact, CANARY.feedback])
    assert.deepEqual(await tablesHolding(database, word), [], word)
  assert.equal(await numbersOf(bob), before.get('bob'))
  // What did not come from it stays.
  assert.ok((await tablesHolding(database, CANARY.told)).length > 0)
})
