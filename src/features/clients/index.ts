import { join } from 'node:path'
import { dayOf } from '#domain/day.ts'
import type { Attention } from '#domain/home/attention.ts'
import type { Principal, VisibleReps } from '#domain/permission.ts'
import type { Skill, SkillOutcome } from '#domain/skill.ts'
import { createInterventionShelf } from '#platform/methods/intervention-shelf.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { assessClient } from './assess-client.ts'
import type { ClientNeeds } from './client-needs.ts'
import { createClientSkills } from './client-skills.ts'
import { findClientDay, type ClientListQuery } from './clients-store.ts'
import { countBehind } from './behind-store.ts'
import { findClientAttention } from './find-client-attention.ts'
import { createHomeClientFinders, type HomeClientFinders } from './home-finders.ts'
import { getClient } from './get-client.ts'
import { listClients } from './list-clients.ts'
import { refreshStandings, type RefreshReport } from './refresh-standings.ts'
import { countRenewing } from './renewing-store.ts'
import { createSuccessSkills } from './success-skills.ts'

/** The door of the clients room. */
export interface Clients extends HomeClientFinders {
  list(principal: Principal, query: ClientListQuery): ReturnType<typeof listClients>
  /** NOT_FOUND when the principal sees no such client. */
  get(principal: Principal, id: string): ReturnType<typeof getClient>
  /** What `assess-health` answers, for an exact id; NOT_FOUND when the principal sees no such client. */
  health(principal: Principal, id: string): Promise<SkillOutcome>
  findAttention(principal: Principal): Promise<Attention>
  /** Clients in sight with an invoice past its due day; null where no invoices tell. */
  countBehind(principal: Principal): Promise<number | null>
  /** Of these, those that are more than 30 days late. */
  countOverdue(principal: Principal): Promise<number | null>
  /** Clients in sight that renew within so many days of the data's day; null where none has a renewal day. */
  countRenewing(principal: Principal, days: number): Promise<number | null>
  /** Computes and stores where clients stand: all of them, or those asked for. */
  refreshStandings(ids?: readonly string[]): Promise<RefreshReport>
  readonly skills: readonly Skill[]
}

interface RoomNeeds extends ClientNeeds {
  /** Where the ways of stepping in lie; those that come with Sophia when absent. */
  readonly methodsFolder?: string
}

export function createClients(needs: RoomNeeds): Clients {
  const interventions = createInterventionShelf(needs.methodsFolder ?? join(PACKAGE_ROOT, 'personas/methods'))
  return {
    ...createHomeClientFinders(needs),
    list: (principal, query) => listClients(needs, principal, query),
    get: (principal, id) => getClient(needs, principal, id),
    health: (principal, id) => assessClient(needs, principal, id),
    findAttention: (principal) => findClientAttention(needs, principal),
    countBehind: ({ visible }) => countLate(needs, visible, 0),
    countOverdue: ({ visible }) => countLate(needs, visible, OVERDUE_FROM_DAYS),
    async countRenewing({ visible }, days) {
      const { renewing, dated } = await needs.database.read(async (handle) => {
        const asOf = await findClientDay(handle, dayOf(needs.clock.now()))
        return countRenewing(handle, { visible, asOf }, days)
      })
      return dated === 0 ? null : renewing
    },
    refreshStandings: (ids) => refreshStandings(needs, ids),
    skills: [...createClientSkills(needs), ...createSuccessSkills({ ...needs, interventions })],
  }
}

const OVERDUE_FROM_DAYS = 31

async function countLate({ database }: RoomNeeds, visible: VisibleReps, leastDays: number): Promise<number | null> {
  const { behind, judged } = await database.read((handle) => countBehind(handle, visible, leastDays))
  return judged === 0 ? null : behind
}
