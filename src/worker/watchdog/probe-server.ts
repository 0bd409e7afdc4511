import { get } from 'node:http'
import { get as getEncrypted } from 'node:https'
import { z } from 'zod'
import { Ready } from '#contract/operations.ts'
import { PROBE_LIMIT_MS } from '#domain/objectives/objectives.ts'
import type { Seen } from './watch-server.ts'

const ANSWER_LIMIT_BYTES = 64 * 1024
const Parts = z.object({ components: Ready.shape.components })

/** Asks a server of this machine whether it is ready, as anybody outside would: over HTTP and with a time limit. Never rejects. */
export function probeServer(url: string, limitMs = PROBE_LIMIT_MS): Promise<Seen> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(limitMs)
    const fail = (): void =>
      resolve({
        isGood: false,
        detail: signal.aborted ? `It does not answer within ${limitMs / 1000} s.` : 'Nobody answers.',
      })
    // A line of its own each time: one that is kept open would not notice that no new ones are taken.
    const ask = url.startsWith('https:') ? getEncrypted : get
    // Its certificate is of the name that people type, not of this address, and nothing secret is said.
    const request = ask(`${url}/readyz`, { signal, agent: false, rejectUnauthorized: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        if (text.length < ANSWER_LIMIT_BYTES) text += chunk.toString()
      })
      response.on('error', fail)
      response.on('end', () => {
        // Whoever refuses one of too many requests answers.
        const isGood = (response.statusCode ?? 500) < 500
        resolve({ isGood, detail: isGood ? 'It answers.' : `It is not ready: ${namesOfDown(text)}.` })
      })
    })
    request.on('error', fail)
  })
}

function namesOfDown(text: string): string {
  try {
    const { components } = Parts.parse(JSON.parse(text))
    const down = Object.entries(components).filter(([, { status }]) => status === 'down')
    return down.length > 0
      ? down.map(([name, { detail }]) => `${name} is down (${detail ?? 'no reason given'})`).join(', ')
      : 'it says no reason'
  } catch {
    // Something else answers in its place.
    return 'its answer cannot be read'
  }
}
