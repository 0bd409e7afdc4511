import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { insertMember } from './member-store.ts'

const AUTOMATION_EMAIL = 'automation@localhost'

/** The member whom programs of this deployment act for: the admin key's, and the command line's before there is an owner. */
export async function addAutomation(handle: Handle, now: Date): Promise<string> {
  const id = createId(now.getTime())
  await insertMember(handle, {
    id,
    email: AUTOMATION_EMAIL,
    name: 'Automation',
    kind: 'automation',
    role: 'owner',
    rowScope: 'all',
    status: 'active',
    teamId: null,
    repId: null,
    createdAt: now,
  })
  return id
}
