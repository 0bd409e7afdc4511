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
  const teams = useQuery(teamsQuery)
  const reps = useQuery(repsQuery)
  const repName = (id: string | null) => reps.data?.items.find((rep) => rep.id === id)?.name ?? id
  const teamName = (id: string | null) => teams.data?.items.find((team) => team.id === id)?.name ?? null
  return (
    <div className="table-scroll" role="region" aria-label="Members" tabIndex={0}>
      <table className="plain roster">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="is-lesser">
              Role
            </th>
            <th scope="col" className="is-lesser">
              Sees
            </th>
            <th scope="col" className="is-lesser">
              Team
            </th>
            <th scope="col" className="is-lesser">
              Rep in the data
            </th>
            <th scope="col">State</th>
            <th scope="col" className="is-lesser">
              Last seen
            </th>
            {onEdit ? (
              <th scope="col">
                <span className="unseen">Actions</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              team={teamName(member.teamId)}
              rep={repName(member.repId)}
              {...(onEdit ? { onEdit } : {})}
              {...(onLink ? { onLink } : {})}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface MemberRowProps extends Omit<MemberTableProps, 'members'> {
  member: Member
  team: string | null
  rep: string | null
}

function MemberRow({ member, team, rep, onEdit, onLink }: MemberRowProps) {
  return (
    <tr>
      <td>
        <span className="two-lines">
          <strong>{member.name}</strong>
          <span className="quiet tiny">{member.email}</span>
        </span>
      </td>
      <td className="is-lesser">{labelWords(member.role)}</td>
      <td className="is-lesser">{SCOPE_WORDS[member.rowScope]}</td>
      <td className="is-lesser">
        <Text value={team} />
      </td>
      <td className="is-lesser">
        <Text value={rep} />
      </td>
      <td>
        <SignalTag signal={STATUS_SIGNALS[member.status]}>{labelWords(member.status)}</SignalTag>
      </td>
      <td className="is-lesser">
        <TimeText instant={member.lastSeenAt} />
      </td>
      {onEdit ? (
        <td className="row-actions">
          <Button look="bare" onClick={() => onEdit(member)} aria-label={`Change ${member.name}`}>
            Change
          </Button>
          {member.status === 'suspended' ? null : (
            <Button look="bare" onClick={() => onLink?.(member)} aria-label={`New link for ${member.name}`}>
              New link
            </Button>
          )}
        </td>
      ) : null}
    </tr>
  )
}
