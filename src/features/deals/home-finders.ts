import type { Clock } from '#domain/clock.ts'
import { dayOf, type Day } from '#domain/day.ts'
import { ownRepOf, type HomeViewer } from '#domain/home/home-view.ts'
import type {
  CoachingNeed,
  CommitmentDue,
  DealNeedingMe,
  Found,
  MeetingAhead,
  QuotaForecast,
  TeamChange,
} from '#domain/home/sections.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { findDealDay } from './deals-store.ts'
import { findCoachingNeeds } from './home-coaching.ts'
import { findCommitmentsDue } from './home-commitments.ts'
import { findActivityDay, type HomeScope } from './home-deals-store.ts'
import { findForecastAgainstQuota } from './home-forecast.ts'
import { findMeetingsAhead } from './home-meetings.ts'
import { findDealsNeedingMe } from './home-my-deals.ts'
import { findTeamChanges } from './home-team-changes.ts'
import { findViewer, type TeamScope } from './home-team-store.ts'
import { findMainCurrency, pipelineScope } from './pipeline-store.ts'

interface Needs {
  readonly database: Database
  readonly clock: Clock
}

/** What the deals room finds for home pages, each within the principal's row scope. */
export interface HomeDealFinders {
  findViewer(principal: Principal): Promise<HomeViewer>
  listNeedingMe(principal: Principal): Promise<Found<DealNeedingMe>>
  listMeetingsAhead(principal: Principal): Promise<Found<MeetingAhead>>
  listCommitmentsDue(principal: Principal): Promise<Found<CommitmentDue>>
  listTeamChanges(principal: Principal): Promise<Found<TeamChange>>
  /** The caller asks only for principals who may coach. */
  listCoachingNeeds(principal: Principal): Promise<Found<CoachingNeed>>
  forecastAgainstQuota(principal: Principal): Promise<Found<QuotaForecast>>
}

export function createHomeDealFinders({ database, clock }: Needs): HomeDealFinders {
  const reading = <Result>(work: (handle: Handle, today: Day) => Promise<Result>): Promise<Result> =>
    database.inSnapshot((handle) => work(handle, dayOf(clock.now())))
  const own = <Row>(
    principal: Principal,
    findDay: (handle: Handle, today: Day) => Promise<Day>,
    find: (handle: Handle, scope: HomeScope) => Promise<Found<Row>>,
  ): Promise<Found<Row>> =>
    reading(async (handle, today) =>
      find(handle, {
        visible: principal.visible,
        ownRepId: ownRepOf(principal),
        asOf: await findDay(handle, today),
      }),
    )
  const team = <Row>(
    { visible }: Principal,
    find: (handle: Handle, scope: TeamScope) => Promise<Found<Row>>,
  ): Promise<Found<Row>> =>
    reading(async (handle, today) => {
      const currency = await findMainCurrency(handle, pipelineScope(visible))
      return find(handle, { visible, asOf: await findDealDay(handle, today), currency })
    })
  return {
    findViewer: (principal) => database.read((handle) => findViewer(handle, principal)),
    listNeedingMe: (principal) => own(principal, findDealDay, findDealsNeedingMe),
    listMeetingsAhead: (principal) => own(principal, findActivityDay, findMeetingsAhead),
    listCommitmentsDue: (principal) => own(principal, findDealDay, findCommitmentsDue),
    listTeamChanges: (principal) => team(principal, findTeamChanges),
    listCoachingNeeds: (principal) =>
      team(principal, (handle, scope) => findCoachingNeeds(handle, scope, principal.repId)),
    forecastAgainstQuota: (principal) => team(principal, findForecastAgainstQuota),
  }
}
