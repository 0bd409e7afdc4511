import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type pg from 'pg'
import { z } from 'zod'
import { openHouse } from '../../src/compose.ts'
import type { Rooms } from '../../src/wiring/open-rooms.ts'
import { BOUNDS } from '#domain/overload/adaptive-limit.ts'
import { readConfig } from '#platform/config/config.ts'
import type { Log } from '#platform/log/log.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import {
  assertNoCanaries,
  lookAtDumps,
  lookAtMetrics,
  lookAtTrace,
  openCanaryLog,
  plantCanary,
  plantSettings,
} from './canaries.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from './database.ts'

export interface TestHouse {
  readonly url: string
  readonly rooms: Rooms
  readonly connection: pg.ClientConfig
  close(): Promise<void>
}

interface TestHouseOptions {
  readonly log?: Log
  readonly limits?: 'wide' | 'shipped'
  /** The place of a pooler before the engine, which the house then reaches its database through. */
  readonly pooler?: { readonly host: string; readonly port: number }
}

/** A browser led by a program asks faster than any person; so the tests' house lets it, unless its limits are what is tested. */
const AT_THE_PACE_OF_A_PROGRAM = { ratePerSecond: 10_000, burst: 10_000 }

/** The composed house on a database of its own, listening on a free port. Closed by itself when the test file ends. */
export async function openTestHouse(
  settings: Readonly<Record<string, string>> = {},
  { log = openCanaryLog(), limits = 'wide', pooler }: TestHouseOptions = {},
): Promise<TestHouse> {
  let close = (): Promise<void> => Promise.resolve()
  // Before the database's own end, which would pull it away under a running house.
  after(() => close())
  const testDatabase = await openTestDatabase()
  const { connection } = testDatabase
  const home = await mkdtemp(join(tmpdir(), 'sophia-house-'))
  const asked = {
    SOPHIA_HOME: home,
    SOPHIA_PORT: '0',
    SOPHIA_MODEL: 'playbook',
    SOPHIA_SECRET_KEY: randomBytes(32).toString('base64'),
    DATABASE_URL: databaseUrlOf({ ...connection, ...pooler }),
    DATABASE_DIRECT_URL: databaseUrlOf(connection),
    DATABASE_POOL_MAX: '8',
    // Whatever day it is, nothing is moved.
    SOPHIA_CALENDAR_FILE: join(import.meta.dirname, 'calendar-without-periods.yaml'),
    ...settings,
  }
  plantSettings(asked)
  if (typeof connection.password === 'string') plantCanary('password', connection.password)
  const config = readConfig(asked)
  const wide = AT_THE_PACE_OF_A_PROGRAM
  const requestLimits = limits === 'wide' ? { member: wide, key: wide, address: wide } : {}
  const requestBounds = limits === 'wide' ? { least: 1000, start: 1000, most: 1000 } : BOUNDS
  const house = await openHouse(config, log, { doors: ['http', 'worker'], requestLimits, requestBounds })
  let closing: Promise<void> | undefined
  close = () => {
    if (closing) return closing
    const closed = lookAround(house.rooms, home)
      .then(() => house.close())
      .then(() => testDatabase.close())
      .then(() => rm(home, { recursive: true, force: true }))
      .then(assertNoCanaries)
    // Whoever closes first hears what was met.
    closing = closed.catch(() => undefined)
    return closed
  }
  return { url: house.publicUrl, rooms: house.rooms, connection, close }
}

/** No secret of this house, nor of another that this process opened, may stand in what it leaves behind. */
async function lookAround({ metrics, database }: Rooms, home: string): Promise<void> {
  lookAtMetrics(await metrics.registry.metrics())
  await lookAtDumps(home)
  // Of a test that took its database away nothing is kept to look at.
  for (const { steps } of await database.read(keptTraces).catch(() => [])) lookAtTrace('a trace that is kept', steps)
}

const keptTraces = (handle: Handle): Promise<{ steps: string }[]> =>
  handle.rows(z.object({ steps: z.string() }), sql`select steps::text as steps from turn_traces`)

/** A key of somebody new who may do everything: limits count per member, so a test that asks a lot takes several. */
export async function createOwnerKey({ rooms: { access } }: TestHouse): Promise<string> {
  const inviter = { principal: await access.localPrincipal() }
  const name = `Owner ${randomBytes(4).toString('hex')}`
  const email = `${name.replace(' ', '.')}@example.com`
  const { link } = await access.inviteMember(inviter, {
    email,
    name,
    role: 'owner',
    rowScope: 'all',
    teamId: null,
    repId: null,
  })
  const token = new URL(link).hash.replace('#token=', '')
  const signedIn = await access.signIn({ token, address: '127.0.0.1' })
  const { secret } = await access.createKey(signedIn, { name: 'test', actions: null, expiresInDays: null })
  for (const one of [token, signedIn.sessionToken, secret]) plantCanary('credential', one)
  return secret
}
