import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { tokenOf } from '../support/access-fixture.ts'

/** One process of some version, and a key of somebody who may do everything. */
export interface Door {
  readonly url: string
  readonly key: string
}

interface Request {
  readonly method: string
  readonly path: string
  readonly body?: object
}

interface Reply {
  readonly status: number
  readonly text: string
  readonly cookie: string
}

const LIMIT_MS = 60_000

/** Asks again when asked to wait: what does not fit a schema is no outage, and gives 500. */
async function ask({ url, key }: Door, { method, path, body }: Request, headers: object = {}): Promise<Reply> {
  for (const startedMs = performance.now(); ; await delay(500)) {
    const answer = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    const text = await answer.text()
    const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
    const isToWait = answer.status === 429 || answer.status === 503
    if (!isToWait || performance.now() - startedMs > LIMIT_MS) return { status: answer.status, text, cookie }
  }
}

const Invited = z.object({ member: z.object({ id: z.string() }), link: z.string() })
const Made = z.object({ secret: z.string() })

/** Invites somebody, signs them in and gives them a key, all by its routes. */
export async function joinVersion(door: Door, place: number): Promise<{ memberId: string; token: string }> {
  const wanted = { email: `robin.${place}@example.com`, name: `Robin ${place}` }
  const invited = await ask(door, { method: 'POST', path: '/api/members', body: wanted })
  const { member, link } = Invited.parse(parse(invited))
  const stranger = { ...door, key: '' }
  const origin = { origin: door.url }
  const signedIn = await ask(stranger, { method: 'POST', path: '/api/session', body: { token: tokenOf(link) } }, origin)
  const headers = { ...origin, cookie: signedIn.cookie }
  const made = await ask(stranger, { method: 'POST', path: '/api/keys', body: { name: 'upgrade' } }, headers)
  return { memberId: member.id, token: Made.parse(parse(made)).secret }
}

function parse({ status, text }: Reply): unknown {
  if (status >= 300) throw new Error(`HTTP ${status}: ${text.slice(0, 300)}`)
  return JSON.parse(text)
}

const Paths = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
const Items = z.object({ items: z.array(z.object({ id: z.string() })).min(1) })
const Personas = z.object({ items: z.array(z.object({ id: z.string() })) })
const Persona = z.object({ skills: z.array(z.object({ name: z.string() })) })
/** What never ends, or belongs to another program. */
const LEFT_OUT = /\/(stream|events|callback)$/

/** Asks for every page that it names itself, and for every skill; answers what became of each. */
export async function walkVersion(door: Door): Promise<Map<string, number>> {
  const statuses = new Map<string, number>()
  const { paths } = Paths.parse(parse(await ask(door, { method: 'GET', path: '/openapi.json' })))
  for (const path of Object.keys(paths).filter((one) => paths[one]?.['get'] && !LEFT_OUT.test(one))) {
    const filled = await fillIn(door, path)
    if (filled !== null) statuses.set(`GET ${path}`, (await ask(door, { method: 'GET', path: filled })).status)
  }
  const inputs = await makeInputs(door)
  const personas = Personas.parse(parse(await ask(door, { method: 'GET', path: '/api/personas' })))
  for (const { id } of personas.items) {
    const { skills } = Persona.parse(parse(await ask(door, { method: 'GET', path: `/api/personas/${id}` })))
    for (const { name } of skills) {
      const path = `/api/personas/${id}/skills/${name}`
      statuses.set(`POST ${path}`, await askInOneWay(door, path, inputs))
    }
  }
  return statuses
}

/** What skills ask for, of the first deal, client and rep there is. */
async function makeInputs(door: Door): Promise<object[]> {
  const firstOf = async (kind: string): Promise<string> =>
    Items.parse(parse(await ask(door, { method: 'GET', path: `/api/${kind}` }))).items[0]?.id ?? ''
  const [deal, client, rep] = [await firstOf('deals'), await firstOf('clients'), await firstOf('reps')]
  const step = { deal, nextStep: 'Call the buyer.', dueOn: '2030-01-01' }
  return [{}, { deal }, { client }, { rep }, step, { objection: 'That is too expensive.' }]
}

/** The first of the inputs that is understood. */
async function askInOneWay(door: Door, path: string, inputs: readonly object[]): Promise<number> {
  for (const body of inputs) {
    const { status } = await ask(door, { method: 'POST', path, body })
    if (status !== 400) return status
  }
  return 400
}

/** The page of the first of its kind; null when there is none. */
async function fillIn(door: Door, path: string): Promise<string | null> {
  const [list = '', rest] = path.split('/{id}')
  if (rest === undefined) return path
  const { status, text } = await ask(door, { method: 'GET', path: list })
  const found = status === 200 ? Items.safeParse(JSON.parse(text)) : undefined
  return found?.data?.items[0] ? `${list}/${encodeURIComponent(found.data.items[0].id)}${rest}` : null
}

/** Writes of many kinds; the sample company alone fills most tables. */
const WRITES: readonly Request[] = [
  { method: 'DELETE', path: '/api/sample' },
  { method: 'POST', path: '/api/sample' },
  { method: 'PUT', path: '/api/budgets', body: { deploymentDailyUsd: 1000, memberDailyUsd: null } },
  { method: 'PUT', path: '/api/briefing', body: { cadence: 'daily' } },
  { method: 'POST', path: '/api/briefing/preview', body: {} },
  { method: 'POST', path: '/api/keys', body: { name: 'another' } },
]

/** Writes all that; answers what became of each. `mark` keeps what may stand once only from what others wrote. */
export async function writeToVersion(door: Door, mark: string): Promise<Map<string, number>> {
  const statuses = new Map<string, number>()
  const own = [
    { method: 'POST', path: '/api/teams', body: { name: `Team ${mark}` } },
    { method: 'POST', path: '/api/memories', body: { text: `Acme pays ${mark} the harvest.` } },
  ]
  for (const write of [...WRITES, ...own])
    statuses.set(`${write.method} ${write.path}`, (await ask(door, write)).status)
  return statuses
}
