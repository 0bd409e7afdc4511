import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Invitation, type Member } from '#contract/access.ts'
import { call } from '../api/client.ts'
import { membersQuery, repsQuery, teamsQuery } from '../api/queries.ts'
import { Button } from '../parts/button.tsx'
import { InviteDialog } from '../parts/invite-dialog.tsx'
import { MemberDialog } from '../parts/member-dialog.tsx'
import { Page } from '../parts/page.tsx'
import { RemoveMemberDialog } from '../parts/remove-member-dialog.tsx'
import { Roster, type RosterColumn } from '../parts/roster.tsx'
import { SecretOnce } from '../parts/secret-once.tsx'
import { SignalTag } from '../parts/signal.tsx'
import { Loaded, Problem } from '../parts/states.tsx'
import { TeamSection } from '../parts/team-section.tsx'
import { Text, TimeText } from '../parts/values.tsx'
import { useMay } from '../state/use-me.ts'
import { exactTime, labelWords, plural } from '../state/words.ts'

const SCOPE_WORDS = { own: 'Own rows', team: 'The team’s rows', all: 'All rows' } as const
const STATUS_SIGNALS = { invited: 'watch', active: 'good', suspended: 'risk' } as const

export function MembersPage() {
  const members = useQuery(membersQuery)
  const mayManage = useMay('member:manage')
  const [isInviting, setInviting] = useState(false)
  const [edited, setEdited] = useState<Member | null>(null)
  const [removed, setRemoved] = useState<Member | null>(null)
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  const link = useFreshLink(setInvitation)
  return (
    <Page
      title="Members"
      width="wide"
      note={members.data ? plural(members.data.items.length, 'member') : null}
      {...(mayManage
        ? {
            actions: (
              <Button look="accent" icon="plus" onClick={() => setInviting(true)}>
                Invite
              </Button>
            ),
          }
        : {})}
    >
      {invitation ? (
        <SecretOnce
          label={`Link for ${invitation.member.name}`}
          secret={invitation.link}
          note={`It opens Sophia once, until ${exactTime(invitation.expiresAt)}. It is shown only now: send it to ${invitation.member.email} yourself.`}
          onDone={() => setInvitation(null)}
        />
      ) : null}
      {link.isError ? <Problem thrown={link.error} /> : null}
      <Loaded asked={members} lines={6}>
        {(page) => (
          <MemberTable
            members={page.items}
            {...(mayManage ? { onEdit: setEdited, onLink: (member: Member) => link.mutate(member.id) } : {})}
          />
        )}
      </Loaded>
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} onInvited={setInvitation} /> : null}
      <TeamSection mayAdd={mayManage} />
      {edited ? (
        <MemberDialog
          member={edited}
          onClose={() => setEdited(null)}
          onRemove={() => {
            setRemoved(edited)
            setEdited(null)
          }}
        />
      ) : null}
      {removed ? <RemoveMemberDialog member={removed} onClose={() => setRemoved(null)} /> : null}
    </Page>
  )
}

function useFreshLink(onLink: (invitation: Invitation) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (memberId: string) => call(Invitation, '/api/invitations', { method: 'POST', json: { memberId } }),
    onSuccess: (invitation) => {
      onLink(invitation)
      void client.invalidateQueries({ queryKey: ['members'] })
    },
  })
}

interface MemberTableProps {
  members: readonly Member[]
  onEdit?: (member: Member) => void
  onLink?: (member: Member) => void
}

function MemberTable({ members, onEdit, onLink }: MemberTableProps) {
  const columns: readonly RosterColumn<Member>[] = [
    { label: 'Name', cell: ({ name, email }) => <NameAndEmail name={name} email={email} /> },
    { label: 'Role', isLesser: true, cell: ({ role }) => labelWords(role) },
    { label: 'Sees', isLesser: true, cell: ({ rowScope }) => SCOPE_WORDS[rowScope] },
    ...useBelongings(),
    {
      label: 'State',
      cell: ({ status }) => <SignalTag signal={STATUS_SIGNALS[status]}>{labelWords(status)}</SignalTag>,
    },
    { label: 'Last seen', isLesser: true, cell: ({ lastSeenAt }) => <TimeText instant={lastSeenAt} /> },
  ]
  const actions: RosterColumn<Member> = {
    label: 'Actions',
    isActions: true,
    cell: (member) => (
      <>
        <Button look="bare" onClick={() => onEdit?.(member)} aria-label={`Change ${member.name}`}>
          Change
        </Button>
        {member.status === 'suspended' ? null : (
          <Button look="bare" onClick={() => onLink?.(member)} aria-label={`New link for ${member.name}`}>
            New link
          </Button>
        )}
      </>
    ),
  }
  return (
    <Roster label="Members" columns={onEdit ? [...columns, actions] : columns} rows={members} rowKey={({ id }) => id} />
  )
}

/** The team a member is in, and who they are in the data, by name. */
function useBelongings(): readonly RosterColumn<Member>[] {
  const teams = useQuery(teamsQuery)
  const reps = useQuery(repsQuery)
  const teamName = (id: string | null) => teams.data?.items.find((team) => team.id === id)?.name ?? null
  const repName = (id: string | null) => reps.data?.items.find((rep) => rep.id === id)?.name ?? id
  return [
    { label: 'Team', isLesser: true, cell: ({ teamId }) => <Text value={teamName(teamId)} /> },
    { label: 'Rep in the data', isLesser: true, cell: ({ repId }) => <Text value={repName(repId)} /> },
  ]
}

function NameAndEmail({ name, email }: Pick<Member, 'name' | 'email'>) {
  return (
    <span className="two-lines">
      <strong>{name}</strong>
      <span className="quiet tiny">{email}</span>
    </span>
  )
}
