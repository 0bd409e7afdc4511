import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const PAUSE_MS = 50
const LIMIT_MS = 30_000

export interface Asked {
  readonly asked: number
  readonly failed: readonly string[]
}

/** Asks the same again and again, each time by a new connection, as many visitors would, until told to stop. */
export function startAsking(url: string, headers: Readonly<Record<string, string>>): () => Promise<Asked> {
  let isOver = false
  let asked = 0
  const failed: string[] = []
  const work = (async () => {
    while (!isOver) {
      asked += 1
      const fault = await faultOf(url, headers)
      if (fault) failed.push(fault)
      await delay(PAUSE_MS)
    }
  })()
  return async () => {
    isOver = true
    await work
    return { asked, failed }
  }
}

function faultOf(url: string, headers: Readonly<Record<string, string>>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asking = request(url, { agent: false, headers, timeout: LIMIT_MS }, (answer) => {
      answer.on('error', (error) => resolve(String(error)))
      answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : `HTTP ${answer.statusCode}`))
      answer.resume()
    })
    asking.on('timeout', () => asking.destroy(new Error(`No answer within ${LIMIT_MS / 1000} s.`)))
    asking.on('error', (error) => resolve(String(error)))
    asking.end()
  })
}
