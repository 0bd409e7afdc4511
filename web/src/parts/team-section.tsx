import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Team } from '#contract/access.ts'
import { teamsQuery } from '../api/queries.ts'
import { countWords } from '../state/words.ts'
import { Button } from './button.tsx'
import { Section } from './page.tsx'
import { Empty, Loaded } from './states.tsx'
import { TeamDialog } from './team-dialog.tsx'
import { Text } from './values.tsx'

/** Teams below the members: whoever sees the team's rows sees those of the reps under its manager. */
export function TeamSection({ mayAdd }: { mayAdd: boolean }) {
  const teams = useQuery(teamsQuery)
  const [isAdding, setAdding] = useState(false)
  const add = (
    <Button icon="plus" onClick={() => setAdding(true)}>
      New team
    </Button>
  )
  return (
    <Section title="Teams" {...(mayAdd ? { actions: add } : {})}>
      <Loaded asked={teams} lines={3}>
        {(list) =>
          list.items.length === 0 ? (
            <Empty
              title="No teams yet."
              hint="A team lets its members see the deals and clients of one manager’s reps."
            />
          ) : (
            <TeamTable teams={list.items} />
          )
        }
      </Loaded>
      {isAdding ? <TeamDialog onClose={() => setAdding(false)} /> : null}
    </Section>
  )
}

function TeamTable({ teams }: { teams: readonly Team[] }) {
  return (
    <div className="table-scroll" role="region" aria-label="Teams" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Manager in the data</th>
            <th scope="col">Members</th>
          </tr>
        </thead>
        <tbody>
          {teams.map((team) => (
            <tr key={team.id}>
              <td>
                <strong>{team.name}</strong>
              </td>
              <td>
                <Text value={team.manager} />
              </td>
              <td>{countWords(team.memberCount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
