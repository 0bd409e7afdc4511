import { z } from 'zod'
import type { Principal, Role, RowScope } from '#domain/permission.ts'
import { createId } from '#platform/crypto/ids.ts'
import { tokenOf } from './access-fixture.ts'
import { plantCanary } from './canaries.ts'
import type { TestHouse } from './house.ts'
import { ask, type Answer, type Asked } from './raw-http.ts'

export interface VisitorWanted {
  readonly role?: Role
  readonly rowScope?: RowScope
  readonly teamId?: string | null
  readonly repId?: string | null
  readonly name?: string
}

/** Somebody with a session and a key in a composed house. */
export interface Visitor {
  readonly memberId: string
  readonly principal: Principal
  readonly sessionToken: string
  readonly cookie: string
  readonly secret: string
  readonly keyId: string
  /** Asks by session. An object as body goes out as JSON. */
  ask(asked: Omit<Asked, 'body'> & { body?: unknown }): Promise<Answer>
}

/** Invites somebody, signs them in and gives them a key. */
export async function joinHouse(house: TestHouse, wanted: VisitorWanted = {}): Promise<Visitor> {
  const { access } = house.rooms
  const name = wanted.name ?? `Visitor ${createId().slice(-6)}`
  const { link } = await access.inviteMember(
    { principal: await access.localPrincipal() },
    {
      email: `${createId()}@example.com`,
      name,
      role: wanted.role ?? 'member',
      rowScope: wanted.rowScope ?? 'own',
      teamId: wanted.teamId ?? null,
      repId: wanted.repId ?? null,
    },
  )
  const signedIn = await access.signIn({ token: tokenOf(link), address: '127.0.0.1' })
  const { secret, key } = await access.createKey(signedIn, { name: 'test', actions: null, expiresInDays: null })
  for (const one of [tokenOf(link), signedIn.sessionToken, secret]) plantCanary('credential', one)
  const cookie = `sophia=${signedIn.sessionToken}`
  return {
    memberId: signedIn.principal.memberId,
    principal: signedIn.principal,
    sessionToken: signedIn.sessionToken,
    cookie,
    secret,
    keyId: key.id,
    ask: ({ body, headers, ...asked }) => {
      const json = body === undefined ? {} : { 'content-type': 'application/json' }
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
      return ask(house.url, {
        ...asked,
        headers: { cookie, ...json, ...headers },
        ...(text === undefined ? {} : { body: text }),
      })
    },
  }
}

const Made = z.object({ id: z.string() })
const Accepted = z.object({ messageId: z.string(), turnId: z.string(), seq: z.number() })
const Messages = z.object({ items: z.array(z.object({ id: z.string(), role: z.string(), text: z.string() })) })

export async function openConversation(visitor: Visitor, title?: string): Promise<string> {
  const answer = await visitor.ask({
    method: 'POST',
    path: '/api/conversations',
    body: { persona: 'marcus', ...(title === undefined ? {} : { title }) },
  })
  return Made.parse(JSON.parse(answer.text)).id
}

/** Asks in a conversation and gives the ids at once; the answer comes in its own time. */
export async function postQuestion(visitor: Visitor, conversationId: string, text = 'How is our pipeline?') {
  const path = `/api/conversations/${conversationId}/messages`
  const answer = await visit(visitor, { method: 'POST', path, body: { id: createId(), text } })
  if (answer.status !== 202) throw new Error(answer.text)
  return Accepted.parse(JSON.parse(answer.text))
}

/** Asks and reads the events of the answer to its end. */
export async function askAndRead(visitor: Visitor, conversationId: string, text?: string): Promise<string> {
  const { turnId } = await postQuestion(visitor, conversationId, text)
  const { text: events } = await visit(visitor, { path: `/api/turns/${turnId}/events` })
  return events
}

export async function messagesOf(visitor: Visitor, conversationId: string) {
  const answer = await visitor.ask({ path: `/api/conversations/${conversationId}/messages` })
  return Messages.parse(JSON.parse(answer.text)).items
}

/** An answer without what differs between any two: correlation. */
export function bare({ status, text }: Answer): { status: number; text: string } {
  return { status, text: text.replaceAll(/"correlationId":"[^"]*"/g, '"correlationId":""') }
}

/** Asks again when asked to wait: a tour is more than a person's pace. */
export async function visit(visitor: Visitor, asked: Parameters<Visitor['ask']>[0]): Promise<Answer> {
  for (;;) {
    const answer = await visitor.ask(asked)
    if (answer.status !== 429) return answer
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
