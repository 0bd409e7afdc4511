import { useMemberOptions, type MemberChoices } from '../state/use-member-form.ts'
import { Select } from './field.tsx'

const ROLES = [
  { value: 'viewer', label: 'Viewer: reads records' },
  { value: 'member', label: 'Member: also asks Marcus and Sarah' },
  { value: 'lead', label: 'Lead: also imports and reads usage' },
  { value: 'admin', label: 'Admin: also manages members and budgets' },
  { value: 'owner', label: 'Owner' },
]
const SCOPES = [
  { value: 'own', label: 'Own rows' },
  { value: 'team', label: 'The team’s rows' },
  { value: 'all', label: 'All rows' },
]

export function MemberFields({
  choices,
  onChange,
}: {
  choices: MemberChoices
  onChange: (choices: MemberChoices) => void
}) {
  const options = useMemberOptions()
  return (
    <>
      <Select label="Role" value={choices.role} options={ROLES} onChange={(role) => onChange({ ...choices, role })} />
      <Select
        label="Sees"
        value={choices.rowScope}
        options={SCOPES}
        onChange={(rowScope) => onChange({ ...choices, rowScope })}
        hint="Own rows are those of the rep or CSM below."
      />
      <Select
        label="Team"
        value={choices.teamId}
        options={options.teams}
        onChange={(teamId) => onChange({ ...choices, teamId })}
      />
      <Select
        label="Is in the data"
        value={choices.repId}
        options={options.reps}
        onChange={(repId) => onChange({ ...choices, repId })}
      />
    </>
  )
}
