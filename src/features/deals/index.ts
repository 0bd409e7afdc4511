import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Attention } from '#domain/home/attention.ts'
import type { Principal } from '#domain/permission.ts'
import type { Skill, SkillOutcome } from '#domain/skill.ts'
import type { Database } from '#platform/postgres/database.ts'
import { createScopeCache } from '#platform/scope-cache.ts'
import { countClosing } from './closing-store.ts'
import { assessDeal, type DealMemory } from './coach-deal.ts'
import { findOutcomes, findSpreads } from './deal-yardsticks-store.ts'
import { createDealSkills } from './deal-skills.ts'
import { findDealDay } from './deals-store.ts'
import type { DealListQuery } from './deal-list-store.ts'
import { findDealAttention } from './find-deal-attention.ts'
import { createHomeDealFinders, type HomeDealFinders } from './home-finders.ts'
import type { DealBoardQuery } from './deal-board-store.ts'
import { getDeal } from './get-deal.ts'
import { getRep } from './get-rep.ts'
import { getDealBoard } from './get-deal-board.ts'
import { listDealsOfClient } from './list-deals-of-client.ts'
import { listDeals } from './list-deals.ts'
import { listReps, type RepPageQuery } from './list-reps.ts'
import { createRepSkills } from './rep-skills.ts'
import { assessRep } from './review-performance.ts'
import { hasLookedToday, refreshStandings } from './refresh-standings.ts'

interface DealNeeds extends DealMemory {
  readonly database: Database
  readonly clock: Clock
  /** How far the data has come. */
  readonly epochOf?: () => Promise<string>
  /** Where the methods for objections and practice lie; those that come with Sophia when absent. */
  readonly methodsFolder?: string
}

/** The door of the deals room. */
export interface Deals extends HomeDealFinders {
  list(principal: Principal, query: DealListQuery): ReturnType<typeof listDeals>
  /** Open deals by stage. */
  board(principal: Principal, query: DealBoardQuery): ReturnType<typeof getDealBoard>
  /** A client's deals in sight, for the page of the client. */
  listDealsOfClient(principal: Principal, clientId: string): ReturnType<typeof listDealsOfClient>
  /** NOT_FOUND when the principal sees no such deal. */
  get(principal: Principal, id: string): ReturnType<typeof getDeal>
  /** What `coach-deal` answers, for an exact id; NOT_FOUND when the principal sees no such deal. */
  risk(principal: Principal, id: string): Promise<SkillOutcome>
  listReps(principal: Principal, query: RepPageQuery): ReturnType<typeof listReps>
  /** NOT_FOUND for somebody out of the principal's sight. */
  getRep(principal: Principal, id: string): ReturnType<typeof getRep>
  /** What `review-performance` answers, for an exact id; NOT_FOUND as above. */
  performance(principal: Principal, id: string): Promise<SkillOutcome>
  findAttention(principal: Principal): Promise<Attention>
  /** Open deals in sight that are to close in the month of the data's day; null where no deal says when. */
  countClosing(principal: Principal): Promise<number | null>
  /** Computes where open deals stand, all or those named: after imports, daily, and when a shared memory changes. */
  refreshStandings(ids?: readonly string[]): ReturnType<typeof refreshStandings>
  /** Whether all of them were looked at on the day the data speaks for. */
  hasLookedToday(): Promise<boolean>
  /** To be called when records have changed; without it what all deals say together shows it within five seconds. */
  forget(): void
  readonly skills: readonly Skill[]
}

export function createDeals(room: DealNeeds): Deals {
  const yardsticks = createScopeCache({
    clock: room.clock,
    ...(room.epochOf ? { epochOf: room.epochOf } : {}),
    // Side by side: somebody waits for the first answer after a change.
    find: async ({ visible }) => {
      const [spreads, outcomes] = await Promise.all([
        room.database.read((handle) => findSpreads(handle, visible)),
        room.database.read((handle) => findOutcomes(handle, visible)),
      ])
      return { ...spreads, ...outcomes }
    },
  })
  const needs = { ...room, yardsticksOf: yardsticks.get }
  return {
    ...createHomeDealFinders(needs),
    list: (principal, query) => listDeals(needs, principal, query),
    board: (principal, query) => getDealBoard(needs, principal, query),
    listDealsOfClient: (principal, clientId) => listDealsOfClient(needs, principal, clientId),
    get: (principal, id) => getDeal(needs, principal, id),
    risk: (principal, id) => assessDeal(needs, principal, id),
    listReps: (principal, query) => listReps(needs, principal, query),
    getRep: (principal, id) => getRep(needs, principal, id),
    performance: (principal, id) => assessRep(needs, principal, id),
    findAttention: (principal) => findDealAttention(needs, principal),
    async countClosing({ visible }) {
      const { closing, dated } = await needs.database.read(async (handle) => {
        const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
        return countClosing(handle, { visible, asOf })
      })
      return dated === 0 ? null : closing
    },
    hasLookedToday: () => hasLookedToday(needs),
    refreshStandings: (ids) => refreshStandings(needs, ids),
    forget: yardsticks.forget,
    skills: [...createDealSkills(needs), ...createRepSkills(needs)],
  }
}
