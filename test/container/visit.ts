import { request, type RequestOptions } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** When each piece came, in milliseconds from the beginning. */
  readonly pieces: readonly number[]
}

interface Asking extends Omit<RequestOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

export type Ask = (path: string, options?: Asking) => Promise<Answer>

/** Asks under an address whose certificate must be vouched for by this authority. */
export function visitorOf(url: string, ca: string): Ask {
  return (path, { body, headers, ...options } = {}) =>
    new Promise((resolve, reject) => {
      const beganMs = performance.now()
      const content = body === undefined ? {} : { 'content-type': 'application/json' }
      const asked = request(
        `${url}${path}`,
        { ca, agent: false, timeout: 60_000, headers: { ...content, ...headers }, ...options },
        (answer) => {
          let text = ''
          const pieces: number[] = []
          answer.on('data', (chunk: Buffer) => {
            pieces.push(performance.now() - beganMs)
            text += chunk.toString()
          })
          answer.on('error', reject)
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, pieces }))
        },
      )
      asked.on('timeout', () => asked.destroy(new Error('No answer within 60 s.')))
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
}
