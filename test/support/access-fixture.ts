import pino from 'pino'
import type { Role, RowScope } from '#domain/permission.ts'
import { createAccess, type Access, type SignedIn } from '#features/access/index.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { systemClock } from '#platform/clock.ts'
import type { Database } from '#platform/postgres/database.ts'
import { createManualClock } from './manual-clock.ts'

export const ADDRESS = '198.51.100.7'

/** The access room over a test database, with a clock that the test moves. */
export function createTestAccess(database: Database) {
  const clock = createManualClock()
  const log = pino({ level: 'silent' })
  // Limits on a look into the database run in real time: to sleep would move the test's clock.
  const cache = createCache({ clock: { ...clock, sleep: systemClock.sleep }, log, random: () => 0.5 })
  const access = createAccess({ database, clock, log, publicUrl: 'http://127.0.0.1:8000', cache })
  return { access, clock }
}

/** The token at the end of a one-time link. */
export function tokenOf(link: string): string {
  return new URL(link).hash.replace('#token=', '')
}

/** Brings the first owner in. */
export async function signInOwner(access: Access): Promise<SignedIn> {
  const made = await access.createOwnerLink()
  if (!made) throw new Error('there is an owner already')
  return access.signIn({ token: tokenOf(made.link), email: 'owner@example.com', name: 'Olga Owner', address: ADDRESS })
}

interface Joiner {
  readonly email: string
  readonly role?: Role
  readonly rowScope?: RowScope
  readonly teamId?: string | null
  readonly repId?: string | null
}

/** Invites somebody and lets them sign in. */
export async function join(access: Access, owner: SignedIn, joiner: Joiner): Promise<SignedIn> {
  const { link } = await access.inviteMember(owner, {
    email: joiner.email,
    name: joiner.email.split('@')[0] ?? joiner.email,
    role: joiner.role ?? 'member',
    rowScope: joiner.rowScope ?? 'own',
    teamId: joiner.teamId ?? null,
    repId: joiner.repId ?? null,
  })
  return access.signIn({ token: tokenOf(link), address: ADDRESS })
}
