import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { startCluster, type Cluster } from '../support/cluster/start-cluster.ts'
import { isAlive } from '../support/sophia-process.ts'
import { until } from '../support/until.ts'

const Teams = z.object({ items: z.array(z.object({ name: z.string() })) })
/** A machine with much else to do takes its time. */
const PATIENT_MS = 60_000

let cluster: Cluster
before(async () => {
  cluster = await startCluster({ isStarted: false })
})
after(() => cluster.end())

function ask(url: string, path: string, options: { method?: string; body?: string } = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${cluster.key}`, 'content-type': 'application/json' }
  return fetch(`${url}${path}`, { ...options, headers })
}

test('three replicas and a balancer started in any order, on an empty database, are one deployment', async () => {
  const { balancer, postgres, replicas } = cluster
  const [first, second, third] = replicas
  assert.ok(first && second && third)
  // The balancer before anything it balances, two replicas at once before their database, the last one later.
  await postgres.stop('fast')
  await balancer.start()
  first.launch()
  second.launch()
  await postgres.start()
  await balancer.untilReady()
  await Promise.all([first.untilReady(), second.untilReady(), third.start()])
  for (const { url } of [balancer, ...replicas]) {
    const answer = await ask(url, '/api/me')
    assert.equal(answer.status, 200, `${url}: ${await answer.text()}`)
  }
})

test('what one replica was told the others know, and no request fails while each in turn is ended and started', async () => {
  const { balancer, replicas } = cluster
  const asking = keepAsking(balancer.url)
  try {
    for (const [place, replica] of replicas.entries()) {
      const name = `Team ${place}`
      const made = await ask(replica.url, '/api/teams', {
        method: 'POST',
        body: JSON.stringify({ name }),
      })
      assert.equal(made.status, 201, await made.text())
      assert.equal((await replica.term()).code, 0)
      const { items } = Teams.parse(await (await ask(balancer.url, '/api/teams')).json())
      assert.ok(items.some((team) => team.name === name))
      await replica.start()
    }
  } finally {
    asking.stop()
  }
  const { asked, failed } = await asking.ended
  assert.deepEqual(failed, [])
  assert.ok(asked > replicas.length)
})

/** One question after the other, at a pace that the limits on requests allow. */
function keepAsking(url: string) {
  const stopping = new AbortController()
  const failed: string[] = []
  const run = async (): Promise<{ asked: number; failed: string[] }> => {
    let asked = 0
    for (; !stopping.signal.aborted; asked += 1) {
      const answer = await ask(url, '/api/teams').catch((error: unknown) => String(error))
      if (typeof answer === 'string') failed.push(answer)
      else if (answer.status !== 200) failed.push(`${answer.status} ${await answer.text()}`)
      else await answer.arrayBuffer()
      await delay(100)
    }
    return { asked, failed }
  }
  return { stop: () => stopping.abort(), ended: run() }
}

test('a replica that is killed or hangs is passed over until it is back', async () => {
  const { balancer, replicas } = cluster
  const [first, second] = replicas
  assert.ok(first && second)
  await first.kill()
  second.stop()
  // Whatever was sent to the one that hangs may wait; once it is noticed, nothing is sent there.
  const isQuick = async (): Promise<boolean> => {
    const answer = await fetch(`${balancer.url}/livez`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined)
    return answer?.status === 200
  }
  let inARow = 0
  await until(
    async () => {
      inARow = (await isQuick()) ? inARow + 1 : 0
      return inARow >= 20
    },
    'only the replica that is well is asked',
    PATIENT_MS,
  )
  second.cont()
  await first.start()
  for (const { url } of replicas) assert.equal((await ask(url, '/api/me')).status, 200)
})

test('PostgreSQL stopped at once, killed or frozen is the same database when it is back', async () => {
  const { balancer, postgres } = cluster
  const worksAgain = (): Promise<void> =>
    until(
      async () => (await ask(balancer.url, '/api/me').catch(() => undefined))?.status === 200,
      'it works again',
      PATIENT_MS,
    )
  const { pid } = postgres
  await postgres.stop('immediate')
  assert.equal(isAlive(pid()), false)
  await postgres.start()
  await worksAgain()
  postgres.freeze()
  await until(async () => (await fetch(`${balancer.url}/readyz`)).status === 503, 'it is noticed', PATIENT_MS)
  postgres.thaw()
  await worksAgain()
  await postgres.kill()
  await postgres.start()
  await worksAgain()
})
