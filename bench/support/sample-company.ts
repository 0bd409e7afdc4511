import { z } from 'zod'

const Items = z.object({ items: z.array(z.object({ id: z.string() })) })

interface Question {
  readonly key: string
  readonly method?: string
}

/** What a route answers a key; throws with its words when that is no good answer. */
export async function askJson(url: string, { key, method = 'GET' }: Question): Promise<unknown> {
  const answer = await fetch(url, { method, headers: { authorization: `Bearer ${key}` } })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

/** Records of the company that was loaded, fifty of each kind at most. */
export async function listSampleIds(
  url: string,
  key: string,
): Promise<{ readonly deals: string[]; readonly clients: string[] }> {
  const idsOf = async (kind: 'deals' | 'clients'): Promise<string[]> =>
    Items.parse(await askJson(`${url}/api/${kind}?limit=50`, { key })).items.map(({ id }) => id)
  const [deals, clients] = [await idsOf('deals'), await idsOf('clients')]
  if (deals.length === 0 || clients.length === 0) throw new Error('the sample company is empty')
  return { deals, clients }
}
