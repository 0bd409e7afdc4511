import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { RECORD_KINDS } from '#contract/records.ts'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { listAllRoutes } from '../../scripts/all-routes.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse, messagesOf, openConversation, postQuestion, type Visitor } from '../support/visitors.ts'

// S06: Flowise CVE-2026-42863, -46441, -46480 took owner, id and role from whatever the body brought.

const house = await openTestHouse()
const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })
const other = await joinHouse(house)
const conversation = await openConversation(visitor, 'As it was')
const { turnId } = await postQuestion(visitor, conversation)
await visitor.ask({ path: `/api/turns/${turnId}/events` })
const answer = (await messagesOf(visitor, conversation)).at(-1)

/** A body that each address accepts; to it the smuggled fields are added. */
const BODIES: Readonly<Record<string, () => object>> = {
  'POST /api/session': () => ({ token: 'x'.repeat(43) }),
  'POST /api/session/link': () => ({ token: 'x'.repeat(43) }),
  'POST /api/members': () => ({ email: `${createId()}@example.com`, name: 'New' }),
  'PATCH /api/members/:id': () => ({ name: 'Renamed' }),
  'POST /api/invitations': () => ({ memberId: other.memberId }),
  'POST /api/teams': () => ({ name: `Team ${createId()}` }),
  'POST /api/keys': () => ({ name: 'key' }),
  'PUT /api/budgets': () => ({ deploymentDailyUsd: 1, memberDailyUsd: 1 }),
  'POST /api/conversations': () => ({ persona: 'marcus' }),
  'PATCH /api/conversations/:id': () => ({ title: 'Changed' }),
  'POST /api/conversations/:id/messages': () => ({ id: createId(), text: 'hello' }),
  'POST /api/turns/:id/approvals/:callId': () => ({ approve: true }),
  'POST /api/turns/:id/questions/:questionId': () => ({ action: 'decline' }),
  'POST /api/messages/:id/feedback': () => ({ rating: 'up' }),
  'POST /api/personas/:id/activate': () => ({ version: 'abcdef012345' }),
  'POST /api/personas/:id/skills/:skill': () => ({}),
  'POST /api/memories': () => ({ text: 'They like tea.' }),
  'PATCH /api/memories/:id': () => ({ isPinned: true }),
  'POST /api/memories/erase': () => ({ subject: { kind: 'deal', id: 'none' } }),
  'PATCH /api/drafts/:id': () => ({ subject: 'Changed' }),
  'POST /api/drafts/:id/approve': () => ({ how: 'outside' }),
  'POST /api/drills': () => ({ name: 'restore' }),
  'PUT /api/briefing': () => ({ cadence: 'daily' }),
  'POST /api/briefing/preview': () => ({}),
  'POST /api/mcp/servers': () => ({ id: 'crm', name: 'CRM', url: 'https://crm.example.com/mcp' }),
  'PATCH /api/mcp/servers/:id': () => ({ name: 'Renamed' }),
  'POST /api/mcp/servers/:id/approve': () => ({ tools: ['search'] }),
  'POST /api/mcp/tools/:name/call': () => ({ input: {} }),
  'POST /api/alerts/:id/silence': () => ({ hours: 1, reason: 'known' }),
  'POST /api/cache/invalidate': () => ({ tags: ['mcp:crm'] }),
  'POST /api/calendar/check': () => ({ text: 'periods: {}' }),
  'PUT /api/calendar/file': () => ({ text: 'periods: {}' }),
  'POST /api/mcp/syncs': () => ({ serverId: 'crm' }),
  'PATCH /api/mcp/syncs/:id': () => ({ enabled: false }),
  'POST /api/mcp/syncs/:id/run': () => ({ dryRun: true }),
  'POST /api/mcp/syncs/preview': () => ({ serverId: 'crm' }),
}
const NEEDED: Readonly<Record<string, object>> = {
  contacts: { client_id: 'c' },
  deals: { stage: 'proposal' },
  activities: { kind: 'call', on_day: '2026-01-01' },
  usage: { client_id: 'c', on_day: '2026-01-01' },
  invoices: { client_id: 'c' },
  tickets: { client_id: 'c', opened_on: '2026-01-01' },
  transcripts: { on_day: '2026-01-01', title: 't', body: 'b' },
}

const SMUGGLED: readonly object[] = [
  { memberId: other.memberId },
  { member_id: other.memberId },
  { ownerId: other.memberId },
  { id: createId() },
  { role: 'owner' },
  { rowScope: 'all' },
  { kind: 'automation' },
  { status: 'active' },
  { source: 'smuggled' },
  { createdAt: '2000-01-01T00:00:00Z' },
  { updated_at: '2000-01-01T00:00:00Z' },
  { tokenHash: 'x' },
  { isAdmin: true },
  { constructor: { prototype: { isAdmin: true } } },
]

function addressOf(path: string): string {
  return path
    .replace('/api/members/:id', `/api/members/${other.memberId}`)
    .replace('/api/conversations/:id', `/api/conversations/${conversation}`)
    .replace('/api/turns/:id', `/api/turns/${turnId}`)
    .replace('/api/messages/:id', `/api/messages/${answer?.id ?? ''}`)
    .replace('/api/personas/:id', '/api/personas/marcus')
    .replace(/^(\/api\/(?:memories|drafts)\/):id/, `$1${createId()}`)
    .replace('/api/mcp/servers/:id', '/api/mcp/servers/crm')
    .replace('/api/mcp/syncs/:id', `/api/mcp/syncs/${createId()}`)
    .replace('/api/mcp/tools/:name', '/api/mcp/tools/crm__search')
    .replace(':callId', 'call_1')
    .replace(':questionId', createId())
    .replace(':skill', 'review-pipeline')
}

/** A hash of every row that any of these addresses could change. */
async function fingerprint(): Promise<string> {
  const row = await house.rooms.database.read((handle) =>
    handle.first(
      z.object({ print: z.string() }),
      sql`select md5(concat(
        (select string_agg((to_jsonb(m) - 'last_seen_at')::text, '' order by m.id) from members m),
        (select string_agg(t::text, '' order by t.id) from teams t),
        (select string_agg((to_jsonb(k) - 'last_used_at')::text, '' order by k.id) from api_keys k),
        (select string_agg(l::text, '' order by l.token_hash) from sign_in_links l),
        (select string_agg(c::text, '' order by c.id) from conversations c),
        (select string_agg(m::text, '' order by m.id) from messages m),
        (select string_agg(t::text, '' order by t.id) from turns t),
        (select string_agg(b::text, '') from budgets b),
        (select string_agg(f::text, '') from message_feedback f),
        (select string_agg(m::text, '' order by m.id) from memories m), (select string_agg(d::text, '' order by d.id) from drafts d),
        (select string_agg(b::text, '' order by b.member_id) from briefing_settings b),
        (select count(*) from mcp_servers), (select count(*) from mcp_tools), (select count(*) from syncs),
        (select count(*) from deals), (select count(*) from clients), (select count(*) from imports))) as print`,
    ),
  )
  return row?.print ?? ''
}

/** Fields that are the address's own are no smuggling there. */
function isOwnField(fields: object, body: object, path: string): boolean {
  const [name = ''] = Object.keys(fields)
  const own: Readonly<Record<string, readonly string[]>> = {
    '/api/members': ['role', 'rowScope'],
    '/api/members/:id': ['role', 'rowScope', 'status'],
    // Only `active`: it lets a memory in or brings it back.
    '/api/memories/:id': ['status'],
  }
  return Object.hasOwn(body, name) || (own[path]?.includes(name) ?? false)
}

async function send(by: Visitor, route: { method: string; path: string }, body: object | string) {
  return by.ask({ method: route.method, path: addressOf(route.path), body })
}

const routes = listAllRoutes().filter(
  (route) =>
    route.body !== undefined &&
    route.bodyKind !== 'stream' &&
    !route.path.match(/^\/api\/(\w+)$/)?.[1]?.match(new RegExp(`^(${RECORD_KINDS.join('|')})$`)),
)

test('every address that takes a body is tried here', () => {
  assert.deepEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted(), Object.keys(BODIES).toSorted())
})

for (const route of routes) {
  const name = `${route.method} ${route.path}`
  test(`${name} refuses fields that are not its own and changes no row`, async () => {
    const by = await joinHouse(house, { role: 'owner', rowScope: 'all' })
    const before = await fingerprint()
    // Over the wire a prototype needs text: an object literal would set one.
    const valid = BODIES[name]?.() ?? {}
    const proto = JSON.stringify(valid).replace(
      /\}$/,
      `${Object.keys(valid).length > 0 ? ',' : ''}"__proto__":{"role":"owner"}}`,
    )
    assert.equal((await send(by, route, proto)).status, 400, '__proto__')
    for (const fields of SMUGGLED.filter((one) => !isOwnField(one, valid, route.path))) {
      const { status, text } = await send(by, route, { ...BODIES[name]?.(), ...fields })
      assert.equal(status, 400, `${JSON.stringify(fields)}: ${text}`)
      assert.match(text, new RegExp(Object.keys(fields)[0] ?? ''), 'the field is named')
    }
    assert.equal(await fingerprint(), before)
  })
}

for (const kind of RECORD_KINDS) {
  test(`PUT /api/${kind} refuses fields that no file of that kind has`, async () => {
    const by = await joinHouse(house, { role: 'owner', rowScope: 'all' })
    const before = await fingerprint()
    for (const fields of [
      { source: 'sample' },
      { origin: 'x' },
      { updated_at: '2000-01-01' },
      { memberId: 'x' },
      { role_: 1 },
    ]) {
      const record = { id: 'smuggled', name: 'Name', ...NEEDED[kind], ...fields }
      const { status, text } = await by.ask({ method: 'PUT', path: `/api/${kind}`, body: [record] })
      assert.equal(status, 400, `${JSON.stringify(fields)}: ${text}`)
    }
    assert.equal(await fingerprint(), before)
  })
}

test('nobody gives more than they have: an admin makes no owner, a narrowed key no wider key, no link for those above', async () => {
  const admin = await joinHouse(house, { role: 'admin' })
  const path = `/api/members/${admin.memberId}`
  assert.equal((await admin.ask({ method: 'PATCH', path, body: { role: 'owner' } })).status, 403)
  const invited = { email: 'x@example.com', name: 'X', role: 'owner' }
  assert.equal((await admin.ask({ method: 'POST', path: '/api/members', body: invited })).status, 403)
  const link = { memberId: visitor.memberId }
  assert.equal((await admin.ask({ method: 'POST', path: '/api/invitations', body: link })).status, 403)
  const narrow = await house.rooms.access.createKey(admin, {
    name: 'narrow',
    actions: ['key:manage-own', 'records:read'],
    expiresInDays: 1,
  })
  const headers = { authorization: `Bearer ${narrow.secret}` }
  const wider = await admin.ask({
    method: 'POST',
    path: '/api/keys',
    headers,
    body: { name: 'n', actions: ['audit:read'] },
  })
  assert.equal(wider.status, 400)
  const heir = await admin.ask({ method: 'POST', path: '/api/keys', headers, body: { name: 'n', expiresInDays: 3650 } })
  const { key }: { key: { actions: string[]; expiresAt: string } } = JSON.parse(heir.text)
  assert.deepEqual(key.actions, ['key:manage-own', 'records:read'])
  assert.equal(key.expiresAt, narrow.key.expiresAt, 'a key made by a key ends with it')
})
