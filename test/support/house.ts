import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type pg from 'pg'
import pino from 'pino'
import { openHouse } from '../../src/compose.ts'
import type { Rooms } from '../../src/wiring/open-rooms.ts'
import { BOUNDS } from '#domain/overload/adaptive-limit.ts'
import { readConfig } from '#platform/config/config.ts'
import type { Log } from '#platform/log/log.ts'
import { openTestDatabase } from './database.ts'

export interface TestHouse {
  readonly url: string
  readonly rooms: Rooms
  readonly connection: pg.ClientConfig
  close(): Promise<void>
}

/** A browser led by a program asks faster than any person; so the tests' house lets it, unless its limits are what is tested. */
const AT_THE_PACE_OF_A_PROGRAM = { ratePerSecond: 10_000, burst: 10_000 }

/** The composed house on a database of its own, listening on a free port. Closed by itself when the test file ends. */
export async function openTestHouse(
  settings: Readonly<Record<string, string>> = {},
  { log = pino({ level: 'silent' }), limits = 'wide' }: { log?: Log; limits?: 'wide' | 'shipped' } = {},
): Promise<TestHouse> {
  let close = (): Promise<void> => Promise.resolve()
  // Before the database's own end, which would pull it away under a running house.
  after(() => close())
  const testDatabase = await openTestDatabase()
  const { connection } = testDatabase
  const home = await mkdtemp(join(tmpdir(), 'sophia-house-'))
  const config = readConfig({
    SOPHIA_HOME: home,
    SOPHIA_PORT: '0',
    SOPHIA_MODEL: 'playbook',
    SOPHIA_SECRET_KEY: randomBytes(32).toString('base64'),
    DATABASE_URL: databaseUrlOf(connection),
    DATABASE_POOL_MAX: '8',
    // Whatever day it is, nothing is moved.
    SOPHIA_CALENDAR_FILE: join(import.meta.dirname, 'calendar-without-periods.yaml'),
    ...settings,
  })
  const wide = AT_THE_PACE_OF_A_PROGRAM
  const requestLimits = limits === 'wide' ? { member: wide, key: wide, address: wide } : {}
  const requestBounds = limits === 'wide' ? { least: 1000, start: 1000, most: 1000 } : BOUNDS
  const house = await openHouse(config, log, { doors: ['http', 'worker'], requestLimits, requestBounds })
  let closing: Promise<void> | undefined
  close = () => {
    closing ??= house
      .close()
      .then(() => testDatabase.close())
      .then(() => rm(home, { recursive: true, force: true }))
    return closing
  }
  return { url: house.publicUrl, rooms: house.rooms, connection, close }
}

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
  return secret
}

/** A socket's folder goes into the query, where libpq's form of the address has it. */
export function databaseUrlOf({ host = '', port, user = '', password, database = '' }: pg.ClientConfig): string {
  const secret = typeof password === 'string' ? password : ''
  const name = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}`
  const place = host.startsWith('/') ? `localhost:${port}` : `${host}:${port}`
  const query = host.startsWith('/') ? `?host=${encodeURIComponent(host)}` : ''
  return `postgres://${name}@${place}/${database}${query}`
}
