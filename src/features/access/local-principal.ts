import type { Principal } from '#domain/permission.ts'
import type { AccessNeeds } from './access-needs.ts'
import { addAutomation } from './add-automation.ts'
import { lockMembers } from './member-store.ts'
import { findFirstOwner } from './principal-store.ts'

/**
 * Who acts on the command line of this machine: the first active owner with all rows. Before there is one it is the
 * automation member, made when needed, so that a conversation or an import has somebody it belongs to.
 */
export async function localPrincipal(needs: AccessNeeds): Promise<Principal> {
  const owner = (await needs.database.read(findFirstOwner)) ?? (await makeAutomation(needs))
  return { ...owner, rowScope: 'all', visible: { kind: 'all' }, credential: { kind: 'local', id: 'cli' } }
}

async function makeAutomation(needs: AccessNeeds): Promise<Principal> {
  return needs.database.inTransaction(async (handle) => {
    await lockMembers(handle)
    const found = await findFirstOwner(handle)
    if (found) return found
    await addAutomation(handle, needs.clock.now())
    const made = await findFirstOwner(handle)
    if (!made) throw new Error('the automation member was made but is not found')
    return made
  })
}
