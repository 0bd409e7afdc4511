import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'

interface WorkerOrder {
  readonly connection: pg.ClientConfig
  readonly mode: 'playbook' | 'stream50'
  readonly members: number
  /** Standard: as it ships, without a backend. */
  readonly tracing?: { readonly kind: 'none' | 'kept' } | { readonly kind: 'sent'; readonly endpoint: string }
}

/** The serving side, in a process of its own; killed by whoever started it. */
export async function startTurnWorker(order: WorkerOrder): Promise<{ worker: ChildProcess; client: Client }> {
  const worker = fork(fileURLToPath(new URL('../turn-worker.ts', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  try {
    const { connection, mode, members, tracing } = order
    worker.send({ connection, mode, members, ...(tracing ? { tracing } : {}) })
    const [first] = await once(worker, 'message')
    const { port, keys } = z.object({ port: z.int(), keys: z.array(z.string()) }).parse(first)
    return { worker, client: { origin: `http://127.0.0.1:${port}`, keys } }
  } catch (error) {
    worker.kill('SIGKILL')
    throw error
  }
}

/** Processor time of the serving process so far, in milliseconds. */
export function cpuOf(worker: ChildProcess): Promise<number> {
  return ask(worker, { type: 'cpu' })
}

export async function ask(worker: ChildProcess, question: object): Promise<number> {
  const answer = once(worker, 'message')
  worker.send(question)
  const [message] = await answer
  return z.object({ cpuMs: z.number() }).parse(message).cpuMs
}

export interface Client {
  readonly origin: string
  readonly keys: readonly string[]
}

interface Asker {
  readonly origin: string
  readonly key: string
}

/** Keeps `concurrency` conversations busy until all turns are done; answers the time to each first event. */
export async function drive(client: Client, load: { turns: number; concurrency: number }): Promise<number[]> {
  const firstEventMs: number[] = []
  let left = load.turns
  await Promise.all(
    Array.from({ length: load.concurrency }, async (_unused, lane) => {
      const asker = { origin: client.origin, key: client.keys[lane % client.keys.length] ?? '' }
      const made = await call(asker, {
        path: '/api/conversations',
        body: { persona: 'marcus' },
        accept: 'application/json',
      })
      const { id } = z.object({ id: z.string() }).parse(await made.json())
      while (left > 0) {
        left -= 1
        firstEventMs.push(await oneTurn(asker, id))
      }
    }),
  )
  return firstEventMs
}

async function oneTurn(client: Asker, conversationId: string): Promise<number> {
  const startedAtMs = performance.now()
  const body = { id: createId(), text: 'How is our pipeline?' }
  const response = await call(client, {
    path: `/api/conversations/${conversationId}/messages`,
    body,
    accept: 'text/event-stream',
  })
  let firstMs = Number.NaN
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (Number.isNaN(firstMs) && text.includes('\nevent: ')) firstMs = performance.now() - startedAtMs
  }
  if (!text.includes('"status":"complete"')) throw new Error(`a turn did not complete: ${text.slice(-500)}`)
  return firstMs
}

async function call(client: Asker, request: { path: string; body: object; accept: string }): Promise<Response> {
  const headers = { authorization: `Bearer ${client.key}`, 'content-type': 'application/json', accept: request.accept }
  const response = await fetch(client.origin + request.path, {
    method: 'POST',
    headers,
    body: JSON.stringify(request.body),
  })
  if (!response.ok) throw new Error(`${request.path}: ${response.status} ${await response.text()}`)
  return response
}
