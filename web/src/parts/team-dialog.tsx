import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Team } from '#contract/access.ts'
import { call } from '../api/client.ts'
import { repsQuery, teamsQuery } from '../api/queries.ts'
import { freeManagers } from '../state/team-managers.ts'
import { asOptions, Field, Select } from './field.tsx'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Problem } from './states.tsx'

export function TeamDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const teams = useQuery(teamsQuery).data?.items ?? []
  const reps = useQuery(repsQuery).data?.items ?? []
  const [name, setName] = useState('')
  const [manager, setManager] = useState('')
  const create = useMutation({
    mutationFn: () =>
      call(Team, '/api/teams', {
        method: 'POST',
        json: { name: name.trim(), manager: manager === '' ? null : manager },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['teams'] })
      onClose()
    },
  })
  const managers = freeManagers(reps, teams)
  const options = [{ value: '', label: 'Nobody in the data' }, ...asOptions(managers, (one) => one)]
  return (
    <Dialog title="New team" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Field
          label="Name"
          value={name}
          required
          maxLength={200}
          placeholder="East"
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          label="Manager"
          value={manager}
          options={options}
          onChange={setManager}
          hint={
            managers.length === 0
              ? 'No rep in the data names a manager that is free. Import reps with their managers to choose one.'
              : 'Members who see the team’s rows see those of the reps under this manager.'
          }
        />
        {create.isError ? <Problem thrown={create.error} kept="No team was made." /> : null}
        <div className="actions dialog-actions">
          <Button type="submit" look="accent" isBusy={create.isPending}>
            Make the team
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
