import { useQuery } from '@tanstack/react-query'
import { repsQuery, teamsQuery } from '../api/queries.ts'

export interface MemberChoices {
  readonly role: string
  readonly rowScope: string
  readonly teamId: string
  readonly repId: string
}

/** Options of the selects by which a member is described. */
export function useMemberOptions() {
  const teams = useQuery(teamsQuery)
  const reps = useQuery(repsQuery)
  return {
    teams: [
      { value: '', label: 'No team' },
      ...(teams.data?.items ?? []).map((team) => ({ value: team.id, label: team.name })),
    ],
    reps: [
      { value: '', label: 'Nobody in the data' },
      ...(reps.data?.items ?? []).map((rep) => ({
        value: rep.id,
        label: `${rep.name} (${rep.kind === 'csm' ? 'CSM' : 'rep'})`,
      })),
    ],
  }
}

/** What the API takes: empty choices are none. */
export function memberBody(choices: MemberChoices) {
  return {
    role: choices.role,
    rowScope: choices.rowScope,
    teamId: choices.teamId || null,
    repId: choices.repId || null,
  }
}
