import { z } from 'zod'
import {
  Invitation,
  Member,
  MemberChange,
  MemberPage,
  NewInvitation,
  NewMember,
  NewTeam,
  Team,
  TeamList,
} from '#contract/access.ts'
import { PageQuery, Uuid } from '#contract/common.ts'
import type { Access } from '#features/access/index.ts'
import { defineRoute, type Route } from '../route.ts'

export interface MemberNeeds {
  readonly access: Pick<
    Access,
    'listMembers' | 'inviteMember' | 'changeMember' | 'deleteMember' | 'createSignInLink' | 'listTeams' | 'createTeam'
  >
}

const Id = z.strictObject({ id: Uuid })

/** People and teams. */
export function memberRoutes(needs: MemberNeeds): Route[] {
  return [...listRoutes(needs), ...changeRoutes(needs), ...teamRoutes(needs)]
}

function listRoutes({ access }: MemberNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/members',
        summary: 'Members',
        access: 'member:read',
        query: PageQuery,
        response: MemberPage,
      },
      async ({ query }) => access.listMembers(query),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/members',
        summary: 'Invite a member; the link is shown once',
        access: 'member:manage',
        body: NewMember,
        response: Invitation,
        status: 201,
      },
      async (input) => access.inviteMember(input, input.body),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/invitations',
        summary: 'A fresh one-time link for a member who is there already',
        access: 'member:manage',
        body: NewInvitation,
        response: Invitation,
        status: 201,
      },
      async (input) => access.createSignInLink(input, input.body.memberId),
    ),
  ]
}

function changeRoutes({ access }: MemberNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'PATCH',
        path: '/api/members/:id',
        summary: 'Change role, row scope, team, rep or status of a member',
        access: 'member:manage',
        params: Id,
        body: MemberChange,
        response: Member,
      },
      async (input) => access.changeMember(input, input.params.id, input.body),
    ),
    defineRoute(
      {
        method: 'DELETE',
        path: '/api/members/:id',
        summary: 'Remove a member with all that is theirs',
        access: 'member:manage',
        params: Id,
        status: 204,
      },
      async (input) => {
        await access.deleteMember(input, input.params.id)
        await input.reply.code(204).send()
      },
    ),
  ]
}

function teamRoutes({ access }: MemberNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/teams',
        summary: 'Teams',
        access: 'team:read',
        keep: ['people'],
        keepAs: 'directory',
        response: TeamList,
      },
      async () => access.listTeams(),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/teams',
        summary: 'Add a team',
        access: 'member:manage',
        body: NewTeam,
        response: Team,
        status: 201,
      },
      async (input) => access.createTeam(input, input.body),
    ),
  ]
}
