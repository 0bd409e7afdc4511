import { clientMovesSection, renewalsSection, stuckPaymentsSection } from '#domain/home/client-sections.ts'
import { chooseView, mayCoach, type HomeView, type HomeViewer } from '#domain/home/home-view.ts'
import { coachingSection, forecastSection, teamChangesSection } from '#domain/home/lead-sections.ts'
import { commitmentsSection, meetingsSection, myDealsSection } from '#domain/home/rep-sections.ts'
import type {
  ClientMoved,
  CoachingNeed,
  CommitmentDue,
  DealNeedingMe,
  Found,
  HomeSection,
  MeetingAhead,
  QuotaForecast,
  RenewalAhead,
  StuckPayment,
  TeamChange,
} from '#domain/home/sections.ts'
import type { Principal } from '#domain/permission.ts'

type Finder<Row> = (principal: Principal) => Promise<Found<Row>>

/** What home asks of the rooms that own the rows; each narrows to the principal's row scope itself, in SQL. */
export interface SectionNeeds {
  readonly deals: {
    readonly findViewer: (principal: Principal) => Promise<HomeViewer>
    readonly listNeedingMe: Finder<DealNeedingMe>
    readonly listMeetingsAhead: Finder<MeetingAhead>
    readonly listCommitmentsDue: Finder<CommitmentDue>
    readonly listTeamChanges: Finder<TeamChange>
    readonly listCoachingNeeds: Finder<CoachingNeed>
    readonly forecastAgainstQuota: Finder<QuotaForecast>
  }
  readonly clients: {
    readonly listMoved: Finder<ClientMoved>
    readonly listRenewals: Finder<RenewalAhead>
    readonly listStuckPayments: Finder<StuckPayment>
  }
}

export interface FoundSections {
  readonly view: HomeView
  readonly sections: readonly HomeSection[]
}

/** Whose page it is and what stands on it. */
export async function findSections(needs: SectionNeeds, principal: Principal): Promise<FoundSections> {
  const view = chooseView(principal, await needs.deals.findViewer(principal))
  return { view, sections: await Promise.all(SECTIONS[view](needs, principal)) }
}

const SECTIONS: Record<HomeView, (needs: SectionNeeds, principal: Principal) => Promise<HomeSection>[]> = {
  rep: ({ deals }, principal) => [
    deals.listNeedingMe(principal).then(myDealsSection),
    deals.listMeetingsAhead(principal).then(meetingsSection),
    deals.listCommitmentsDue(principal).then(commitmentsSection),
  ],
  csm: ({ clients }, principal) => [
    clients.listMoved(principal).then(clientMovesSection),
    clients.listRenewals(principal).then(renewalsSection),
    clients.listStuckPayments(principal).then(stuckPaymentsSection),
  ],
  lead: ({ deals }, principal) => [
    deals.listTeamChanges(principal).then(teamChangesSection),
    // Reasons about people are for who leads them; others who see all rows get the page without.
    ...(mayCoach(principal) ? [deals.listCoachingNeeds(principal).then(coachingSection)] : []),
    deals.forecastAgainstQuota(principal).then(forecastSection),
  ],
}
