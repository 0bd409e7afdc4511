import { z } from 'zod'
import { LinkInfo, LinkToken, Me, SignIn } from '#contract/access.ts'
import { actionsOf, type Principal } from '#domain/permission.ts'
import type { Money } from '#domain/money.ts'
import type { Access } from '#features/access/index.ts'
import type { SessionCookie } from '../authenticate.ts'
import { defineRoute, type Route } from '../route.ts'

export interface SessionNeeds {
  readonly access: Pick<Access, 'readLink' | 'signIn' | 'signOut'>
  readonly cookie: SessionCookie
  readonly readMemberLimits: (memberId: string) => Promise<{ dailyBudget: Money | null; spentToday: Money }>
  /** What the deployment holds: rows of companies, and which model answers. */
  readonly readCompany: () => Promise<z.infer<typeof Me>['company']>
}

/** Coming in, going out, and who one is. */
export function sessionRoutes(needs: SessionNeeds): Route[] {
  return [readLinkRoute(needs), signInRoute(needs), signOutRoute(needs), meRoute(needs)]
}

function readLinkRoute({ access }: SessionNeeds): Route {
  return defineRoute(
    {
      method: 'POST',
      path: '/api/session/link',
      summary: 'What a one-time link is for, without using it up',
      access: 'public',
      // In the body: a token in an address would stand in the logs of every proxy on the way.
      body: LinkToken,
      response: LinkInfo,
    },
    async ({ body }) => access.readLink(body.token),
  )
}

function signInRoute(needs: SessionNeeds): Route {
  return defineRoute(
    {
      method: 'POST',
      path: '/api/session',
      summary: 'Sign in with a one-time link; the session comes as a cookie',
      access: 'public',
      body: SignIn,
      response: Me,
    },
    async ({ body, request, reply, correlationId }) => {
      const userAgent = request.headers['user-agent']
      const signedIn = await needs.access.signIn({ ...body, address: request.ip, userAgent, correlationId })
      void reply.header('set-cookie', needs.cookie.write(signedIn.sessionToken)).header('cache-control', 'no-store')
      return describe(needs, signedIn.principal)
    },
  )
}

function signOutRoute(needs: SessionNeeds): Route {
  return defineRoute(
    { method: 'DELETE', path: '/api/session', summary: 'End this session', access: 'session:end', status: 204 },
    async (input) => {
      await needs.access.signOut(input)
      await input.reply.header('set-cookie', needs.cookie.clear()).code(204).send()
    },
  )
}

function meRoute(needs: SessionNeeds): Route {
  return defineRoute(
    {
      method: 'GET',
      path: '/api/me',
      summary: 'Who asks, what they may do and what is left of their budget',
      access: 'self:read',
      response: Me,
    },
    async ({ principal, request, reply }) => {
      const token = needs.cookie.read(request.headers)
      // The session's end moves with its use, so the cookie's must too.
      if (principal.credential.kind === 'session' && token) void reply.header('set-cookie', needs.cookie.write(token))
      return describe(needs, principal)
    },
  )
}

async function describe(needs: SessionNeeds, principal: Principal): Promise<z.input<typeof Me>> {
  const [limits, company] = await Promise.all([needs.readMemberLimits(principal.memberId), needs.readCompany()])
  const { memberId, email, name, role, rowScope, teamId, repId } = principal
  return { memberId, email, name, role, rowScope, teamId, repId, actions: actionsOf(principal), limits, company }
}
