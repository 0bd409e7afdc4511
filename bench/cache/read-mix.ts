import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import { askClosed } from '../support/asking.ts'
import { makeBenchHome, removeHome } from '../support/sophia-process.ts'

const KEY = `sk-sophia-${'c'.repeat(43)}`
const Items = z.object({ items: z.array(z.object({ id: z.string() })) })
const Stats = z.object({ classes: z.array(z.object({ class: z.string(), hitRate: z.number().nullable() })) })

/**
 * Reads of one busy member over data at rest: home, boards and lists every other time, else one of forty deals and clients with
 * their risk and health in turn. Answers the hit rate of each class as the server itself counts it.
 */
export async function measureReadMix(seconds: number): Promise<Record<string, number>> {
  const home = await makeBenchHome()
  const server = fork(join(import.meta.dirname, '../overload-worker.ts'), {
    env: { ...process.env, SOPHIA_HOME: home, SOPHIA_ADMIN_API_KEY: KEY },
  })
  try {
    const [url] = z.tuple([z.string()]).parse((await once(server, 'message')).slice(0, 1))
    const headers = { authorization: `Bearer ${KEY}` }
    const ask = async (path: string, method = 'GET'): Promise<unknown> =>
      (await fetch(`${url}${path}`, { method, headers })).json()
    await ask('/api/sample', 'POST')
    const deals = Items.parse(await ask('/api/deals?limit=20')).items.map(({ id }) => id)
    const clients = Items.parse(await ask('/api/clients?limit=20')).items.map(({ id }) => id)
    const wide = ['/api/home', '/api/deals/board', '/api/deals?limit=50', '/api/clients?limit=50', '/api/reps']
    const narrow = [
      ...deals.flatMap((id) => [`/api/deals/${id}`, `/api/deals/${id}/risk`]),
      ...clients.flatMap((id) => [`/api/clients/${id}`, `/api/clients/${id}/health`]),
    ]
    const paths = narrow.flatMap((path, at) => [path, wide[at % wide.length] ?? path])
    const pathAt = (number: number): string => paths[number % paths.length] ?? '/'
    await askClosed({ url, pathAt, headers, askers: 8, seconds })
    const { classes } = Stats.parse(await ask('/api/cache/stats'))
    return Object.fromEntries(
      classes.flatMap(({ class: name, hitRate }) => (hitRate === null ? [] : [[name, hitRate]])),
    )
  } finally {
    const gone = once(server, 'exit')
    server.kill('SIGTERM')
    await gone
    await removeHome(home)
  }
}
