import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

/**
 * A model provider of bench/capacity.ts in a process of its own: recorded streams of the OpenAI protocol, at the pace of a hosted model whose
 * answers take as many seconds as it is told. Asked about the pipeline it has a skill called first.
 */
const FIXTURES = join(import.meta.dirname, '../src/platform/models/fixtures')
const CHUNKS = 80
/** Of an answer's time, until its first word. */
const THINKING_SHARE = 0.1

const eventsOf = (name: string): string[] =>
  readFileSync(join(FIXTURES, name), 'utf8')
    .split('\n\n')
    .filter((event) => event.trim() !== '')
    .map((event) => `${event}\n\n`)
const text = eventsOf('openai-text.sse')
const isWord = (event: string): boolean => /"content":"[^"]/.test(event)
const words = text.filter(isWord)
const opening = text.slice(0, text.findIndex(isWord))
const closing = text.slice(text.findLastIndex(isWord) + 1)
/** The recorded one calls two skills; the second is about a deal that is not there. */
const calling = eventsOf('openai-tools.sse').filter((event) => !event.includes('"tool_calls":[{"index":1'))

const Asked = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
})
const answerSeconds = Number(process.argv[2])

async function answer(response: ServerResponse, body: string): Promise<void> {
  const { messages, tools } = Asked.parse(JSON.parse(body))
  const last = messages.at(-1)
  const hasSkill = tools.some((tool) => tool.function.name === 'review-pipeline')
  const isCall = hasSkill && last?.role === 'user' && JSON.stringify(last.content).includes('pipeline')
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  await delay(answerSeconds * 1000 * THINKING_SHARE)
  if (isCall) return void response.end(calling.join(''))
  response.write(opening.join(''))
  for (let chunk = 0; chunk < CHUNKS && !response.destroyed; chunk += 1) {
    // At a fixed pace.
    // oxlint-disable-next-line no-await-in-loop
    await delay((answerSeconds * 1000 * (1 - THINKING_SHARE)) / CHUNKS)
    response.write(words[chunk % words.length])
  }
  response.end(closing.join(''))
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    // What cannot be read is a fault of this bench, and ends it.
    void answer(response, Buffer.concat(chunks).toString())
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})
process.on('disconnect', () => process.exit(0))
