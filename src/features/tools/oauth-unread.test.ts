import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServerStatus } from '#contract/mcp.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
import { toStatement } from '#platform/postgres/sql.ts'
import { openAuthorizationServer } from '../../../test/support/mcp/authorization-server.ts'
import { openProtectedServer } from '../../../test/support/mcp/protected-server.ts'
import { openOAuthHouse } from '../../../test/support/oauth-house.ts'
import { statusWhen } from '../../../test/support/tools-house.ts'

const UNREAD = /^TOOL_UNAVAILABLE: "crm": The sign-in to it cannot be read at the moment; nothing was done\./
const PASSING = ['OVERLOADED', 'DATABASE_UNAVAILABLE', 'STORAGE_FULL'] as const
/** For a process to tell the others what it met. */
const TELL_MS = 1000

/** Two processes, signed in as the house; the database of the second fails as it is told. */
async function setUp() {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const { owner, database } = house
  const far = { fault: null as SophiaError | null, isForSignInsAlone: false }
  const breakable: Database = {
    ...database,
    read: (work) => {
      const { fault, isForSignInsAlone } = far
      if (fault === null) return database.read(work)
      if (!isForSignInsAlone) return Promise.reject(fault)
      return database.read((handle) =>
        work({
          ...handle,
          first: (row, query) =>
            toStatement(query).text.includes('mcp_credentials') ? Promise.reject(fault) : handle.first(row, query),
        }),
      )
    },
    inTransaction: (...asked) =>
      far.fault && !far.isForSignInsAlone ? Promise.reject(far.fault) : database.inTransaction(...asked),
  }
  const one = await house.openProcess()
  await one.signIn(owner, 'crm', 'crm-account')
  await one.becomes('crm', 'authorized')
  const hasTools = (status: ServerStatus): boolean => (status.detail?.capabilities.tools ?? 0) > 0
  /** One that has never read the sign-in. */
  const openSecond = async () => {
    const second = await house.openProcess(undefined, breakable)
    await second.becomes('crm', 'authorized')
    await statusWhen({ tools: second.tools, owner: owner.principal }, 'crm', { isSo: hasTools, what: 'with its tools' })
    return second
  }
  type Second = Awaited<ReturnType<typeof openSecond>>
  const callBy = (second: Second): Promise<string> => second.whoAmI(owner, 'crm')
  /** What the second says to this with its database failing so; and no process thinks otherwise of the server for it. */
  const within = async (code: (typeof PASSING)[number], second: Second, ask = callBy): Promise<string> => {
    far.fault = new SophiaError(code)
    const said = await ask(second)
    far.fault = null
    const nearby = await second.statusFor(owner, 'crm')
    await delay(TELL_MS)
    const afar = await one.statusFor(owner, 'crm')
    assert.deepEqual([nearby.auth, afar.auth], ['authorized', 'authorized'], code)
    return said
  }
  return { by, server, house, far, openSecond, callBy, within }
}

test('a process that cannot read the sign-in for now sends nothing without it, and takes the server from nobody', async () => {
  const { server, openSecond, within, callBy } = await setUp()
  const before = server.authorizations.length
  for (const code of PASSING) {
    const second = await openSecond()
    assert.match(await within(code, second), UNREAD)
    assert.equal(await callBy(second), 'You are crm-account.')
  }
  assert.ok(server.authorizations.slice(before).every((authorization) => authorization !== null))
})

test('a look that cannot read the sign-in for now is none: the server stays as it was', async () => {
  const { server, far, openSecond, within } = await setUp()
  const before = server.authorizations.length
  // Whoever wants to look asks the database first who they are.
  far.isForSignInsAlone = true
  const probing = (second: Awaited<ReturnType<typeof openSecond>>) => second.probe('crm').then(() => 'looked')
  assert.equal(await within('OVERLOADED', await openSecond(), probing), 'looked')
  assert.ok(server.authorizations.slice(before).every((authorization) => authorization !== null))
})

test('one that cannot renew an ended sign-in for now sends nothing, and renews it once it can', async () => {
  const { by, server, house, openSecond, within, callBy } = await setUp()
  const second = await openSecond()
  assert.equal(await callBy(second), 'You are crm-account.')
  house.advance(3_600_000)
  const before = server.authorizations.length
  assert.match(await within('DATABASE_UNAVAILABLE', second), UNREAD)
  assert.ok(server.authorizations.slice(before).every((authorization) => authorization !== null))
  assert.equal(await callBy(second), 'You are crm-account.')
  assert.equal(by.refreshes(), 1)
})

test('a refusal that comes while the sign-in cannot be renewed is taken for no word of the server', async () => {
  const { by, house, openSecond, within, callBy } = await setUp()
  const second = await openSecond()
  assert.equal(await callBy(second), 'You are crm-account.')
  house.advance(60_000)
  by.endAccessTokens()
  assert.match(await within('OVERLOADED', second), UNREAD)
  assert.equal(await callBy(second), 'You are crm-account.')
})
