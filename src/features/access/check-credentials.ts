import type { Principal } from '#domain/permission.ts'
import type { AccessNeeds } from './access-needs.ts'
import { findOtherwise } from './standing-store.ts'

/**
 * Looks in one statement at credentials that were good when a connection was opened with them. Answers those that are otherwise now, by
 * their id: null where one was signed out, revoked, has expired or its member was suspended or removed; else the principal with its
 * present role and place. Whom it may see is as it was.
 */
export async function checkCredentials(
  { database, keeping = database, clock }: Pick<AccessNeeds, 'database' | 'keeping' | 'clock'>,
  held: readonly Principal[],
): Promise<ReadonlyMap<string, Principal | null>> {
  const rows = await keeping.read((handle) => findOtherwise(handle, held, clock.now()))
  const byId = new Map(held.map((principal) => [principal.credential.id, principal]))
  return new Map(
    rows.flatMap(({ id, now }) => {
      const principal = byId.get(id)
      return principal ? [[id, now && { ...principal, ...now }] as const] : []
    }),
  )
}
