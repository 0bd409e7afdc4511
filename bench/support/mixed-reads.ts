import { z } from 'zod'
import type { Call } from './open-loop.ts'
import { askJson, listSampleIds } from './sample-company.ts'

interface Asked {
  readonly url: string
  /** Of a member who may do everything. */
  readonly key: string
  readonly requestsPerSecond: number
}

/** Half of what one member may ask per second, so that no limit is measured instead of the API. */
const RPS_PER_MEMBER = 10

const Invited = z.object({ link: z.string() })
const Made = z.object({ secret: z.string() })

/** Loads the sample company, lets members in, and mixes what screens ask for in the proportion they ask for it. */
export async function prepareReads({ url, key, requestsPerSecond }: Asked): Promise<(index: number) => Call> {
  await askJson(`${url}/api/sample`, { key, method: 'POST' })
  const keys: string[] = []
  for (let member = 0; member < Math.ceil(requestsPerSecond / RPS_PER_MEMBER); member += 1)
    keys.push(await letIn({ url, key }, member))
  const { deals, clients } = await listSampleIds(url, key)
  const paths: ((index: number) => string)[] = [
    () => '/api/home',
    () => '/api/deals?limit=50',
    () => '/api/deals?limit=50',
    (index) => `/api/deals/${pick(deals, index)}`,
    (index) => `/api/deals/${pick(deals, index)}`,
    (index) => `/api/deals/${pick(deals, index)}/risk`,
    () => '/api/clients?limit=50',
    (index) => `/api/clients/${pick(clients, index)}`,
    (index) => `/api/clients/${pick(clients, index)}/health`,
    () => '/api/conversations',
    () => '/api/me',
    () => '/api/personas',
  ]
  return (index) => {
    const path = pick(paths, index)(Math.floor(index / paths.length))
    const kind = path.replace(/\/(deals|clients)\/[^/]+/, '/$1/:id')
    return { url: `${url}${path}`, kind, headers: { authorization: `Bearer ${pick(keys, index)}` } }
  }
}

/** A new member with all rows and a key of their own. */
async function letIn({ url, key }: Pick<Asked, 'url' | 'key'>, number: number): Promise<string> {
  const send = (path: string, body: unknown, headers: Record<string, string>): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const admin = { authorization: `Bearer ${key}` }
  const wanted = { email: `bench${number}@example.com`, name: `Bench ${number}`, role: 'admin', rowScope: 'all' }
  const { link } = Invited.parse(await (await send('/api/members', wanted, admin)).json())
  const token = new URL(link).hash.replace('#token=', '')
  const signedIn = await send('/api/session', { token }, {})
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  return Made.parse(
    await (await send('/api/keys', { name: 'bench', actions: null, expiresInDays: null }, { cookie })).json(),
  ).secret
}

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length]
  if (item === undefined) throw new Error('the sample company is empty')
  return item
}
