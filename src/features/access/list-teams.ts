import type { AccessNeeds } from './access-needs.ts'
import { selectTeams, type TeamRow } from './team-store.ts'

/** Every team by name; a deployment has few. */
export async function listTeams(needs: AccessNeeds): Promise<{ items: TeamRow[] }> {
  return { items: await needs.database.read(selectTeams) }
}
