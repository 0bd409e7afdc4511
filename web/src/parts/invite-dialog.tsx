import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { Invitation } from '#contract/access.ts'
import { call } from '../api/client.ts'
import { memberBody, type MemberChoices } from '../state/use-member-form.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { MemberFields } from './member-fields.tsx'
import { Problem } from './states.tsx'

export function InviteDialog({
  onClose,
  onInvited,
}: {
  onClose: () => void
  onInvited: (invitation: Invitation) => void
}) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [choices, setChoices] = useState<MemberChoices>({ role: 'member', rowScope: 'own', teamId: '', repId: '' })
  const invite = useMutation({
    mutationFn: () =>
      call(Invitation, '/api/members', {
        method: 'POST',
        json: { name: name.trim(), email: email.trim(), ...memberBody(choices) },
      }),
    onSuccess: (invitation) => {
      void client.invalidateQueries({ queryKey: ['members'] })
      onInvited(invitation)
      onClose()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    invite.mutate()
  }
  return (
    <Dialog title="Invite someone" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <Field
          label="Name"
          value={name}
          required
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label="Email"
          type="email"
          value={email}
          required
          autoComplete="off"
          onChange={(event) => setEmail(event.target.value)}
          hint="Nothing is sent. You get a link to pass on."
        />
        <MemberFields choices={choices} onChange={setChoices} />
        {invite.isError ? <Problem thrown={invite.error} kept="Nobody was invited." /> : null}
        <div className="actions dialog-actions">
          <Button type="submit" look="accent" isBusy={invite.isPending}>
            Make the link
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
