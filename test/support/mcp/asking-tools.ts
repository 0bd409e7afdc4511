import { setTimeout as delay } from 'node:timers/promises'
import {
  acceptedContent,
  inputRequired,
  inputResponse,
  McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

/** What the tools have done. */
export interface AskingBench {
  readonly notes: string[]
  /** How each question ended, as the server saw it. */
  readonly actions: string[]
}

const READS = { readOnlyHint: true, idempotentHint: true, openWorldHint: false } as const
const WRITES = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false } as const

type Asked = Parameters<typeof inputRequired.elicit>[0]

const VISIT_FORM: Asked['requestedSchema'] = {
  type: 'object',
  properties: {
    day: { type: 'string', format: 'date', title: 'Day of the visit' },
    hours: { type: 'integer', title: 'Hours', minimum: 1, maximum: 8, default: 2 },
    kind: {
      type: 'string',
      title: 'Kind of visit',
      oneOf: [
        { const: 'on-site', title: 'At their office' },
        { const: 'remote', title: 'By video' },
      ],
    },
    topics: {
      type: 'array',
      title: 'Topics',
      items: { type: 'string', enum: ['renewal', 'training', 'roadmap'] },
      maxItems: 2,
    },
    remind: { type: 'boolean', title: 'Remind them a day before', default: true },
    contact: { type: 'string', format: 'email', title: 'Who is to be invited', description: 'One address.' },
  },
  required: ['day', 'kind'],
}

/** A server that asks the person in the midst of its calls, in either era. */
export function askingTools(bench: AskingBench): McpServer {
  const server = new McpServer({ name: 'sophia-test-asking', version: '1.0.0' }, { capabilities: { tools: {} } })
  addVisit(server, bench)
  server.registerTool(
    'confirm_note',
    {
      description: 'Writes a note once the person agrees.',
      inputSchema: z.object({ text: z.string() }),
      annotations: WRITES,
    },
    ({ text }, { mcpReq }) => {
      const answer = answerTo(mcpReq, bench)
      if (answer === null) return asking({ mode: 'form', message: `Write "${text}"?`, requestedSchema: NO_FIELDS })
      if (answer === 'accept') bench.notes.push(text)
      return said(answer === 'accept' ? `Written: ${text}` : `Not written: ${answer}`)
    },
  )
  server.registerTool(
    'fill_page',
    { description: 'Sends the person to a page.', inputSchema: z.object({}), annotations: READS },
    (_input, { mcpReq }) => {
      const answer = answerTo(mcpReq, bench)
      if (answer !== null) return said(`The page: ${answer}`)
      const url = 'https://forms.example.com/visit?case=7'
      return inputRequired({
        inputRequests: { asked: inputRequired.elicitUrl({ message: 'Please fill in the page.', url }) },
      })
    },
  )
  server.registerTool(
    'long_report',
    {
      description: 'Takes its time and tells how far it is.',
      inputSchema: z.object({ stepMs: z.number() }),
      annotations: READS,
    },
    async ({ stepMs }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      for (let progress = 1; progress <= 4; progress += 1) {
        await delay(stepMs, undefined, { signal: mcpReq.signal })
        if (progressToken === undefined) continue
        const params = { progressToken, progress, total: 4, message: `Read part ${progress}` }
        await mcpReq.notify({ method: 'notifications/progress', params })
      }
      return said('Read.')
    },
  )
  return server
}

const NO_FIELDS: Asked['requestedSchema'] = { type: 'object', properties: {} }

function addVisit(server: McpServer, bench: AskingBench): void {
  server.registerTool(
    'plan_visit',
    {
      description: 'Plans a visit at a client; asks when.',
      inputSchema: z.object({ client: z.string() }),
      outputSchema: z.object({ plan: z.record(z.string(), z.unknown()) }),
      annotations: READS,
    },
    ({ client }, { mcpReq }) => {
      const answer = answerTo(mcpReq, bench)
      if (answer === null)
        return asking({ mode: 'form', message: `When do you visit ${client}?`, requestedSchema: VISIT_FORM })
      const plan = { client, answer, ...acceptedContent(mcpReq.inputResponses, 'asked') }
      return { content: [{ type: 'text', text: JSON.stringify(plan) }], structuredContent: { plan } }
    },
  )
}

function asking(question: Asked) {
  return inputRequired({ inputRequests: { asked: inputRequired.elicit(question) } })
}

function answerTo({ inputResponses }: ServerContext['mcpReq'], bench: AskingBench): string | null {
  const view = inputResponse(inputResponses, 'asked')
  if (view.kind !== 'elicit') return null
  bench.actions.push(view.action)
  return view.action
}

function said(text: string) {
  return { content: [{ type: 'text' as const, text }] }
}
