import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'

/** Where questions go. */
export interface Target {
  readonly url: string
  /** Of the question of this number, from 0. */
  readonly pathAt: (number: number) => string
  readonly headers: Readonly<Record<string, string>>
}

export interface Answer {
  /** 0: none came. */
  readonly status: number
  /** When it was due, from the start. */
  readonly dueMs: number
  /** By so much the load itself was late to ask; what it then waits for a connection is not in it. */
  readonly lateMs: number
  readonly tookMs: number
}

/** As many who each ask again once answered. */
export async function askClosed(
  load: Target & { readonly askers: number; readonly seconds: number },
): Promise<Answer[]> {
  const pool = new Pool(load.url, { connections: load.askers })
  const answers: Answer[] = []
  const startMs = performance.now()
  let asked = 0
  const askOn = async (): Promise<void> => {
    for (let sentMs = startMs; sentMs - startMs < load.seconds * 1000; sentMs = performance.now())
      answers.push(await ask(pool, load, { number: asked++, sentMs, startMs }))
  }
  await Promise.all(Array.from({ length: load.askers }, askOn))
  await pool.close()
  return answers
}

const MOST_AT_A_TIME = 20

/** So many a second at fixed moments, whether or not answers have come. */
export async function askOpen(
  load: Target & { readonly perSecond: number; readonly seconds: number },
): Promise<Answer[]> {
  const pool = new Pool(load.url, { connections: 512 })
  const startMs = performance.now()
  const underway: Promise<Answer>[] = []
  for (let number = 0; number < load.perSecond * load.seconds; number += 1) {
    const dueMs = startMs + (number * 1000) / load.perSecond
    while (performance.now() < dueMs) await delay(1)
    // One that is late itself must still hear answers.
    if (number % MOST_AT_A_TIME === 0) await setImmediate()
    underway.push(ask(pool, load, { number, sentMs: dueMs, startMs }))
  }
  const answers = await Promise.all(underway)
  await pool.close()
  return answers
}

interface Sent {
  readonly number: number
  readonly sentMs: number
  readonly startMs: number
}

async function ask(pool: Pool, { pathAt, headers }: Target, { number, sentMs, startMs }: Sent): Promise<Answer> {
  const lateMs = performance.now() - sentMs
  const status = await pool
    .request({ path: pathAt(number), method: 'GET', headers })
    .then(async ({ statusCode, body }) => (await body.dump(), statusCode))
    .catch(() => 0)
  return { status, dueMs: sentMs - startMs, lateMs, tookMs: performance.now() - sentMs }
}
