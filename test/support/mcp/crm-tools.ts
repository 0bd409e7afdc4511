import { McpServer, type CallToolResult, type ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { CrmRecords } from './crm-records.ts'

/** Looks at a call before it is done; a result it gives is the answer instead. */
export type Admit = (tool: string, given: object, context: ServerContext) => Promise<CallToolResult | null>

const objectType = z.enum(['companies', 'contacts', 'deals', 'activities'])
const properties = z.record(z.string(), z.string().nullable())
const link = z.object({ results: z.array(z.object({ id: z.string(), type: z.string() })) })
const record = z.object({
  id: z.string(),
  properties,
  associations: z.partialRecord(objectType, link),
  createdAt: z.string(),
  updatedAt: z.string(),
  archived: z.boolean(),
  archivedAt: z.string().optional(),
})
const paging = z.object({ next: z.object({ after: z.string() }) }).optional()
const owner = z.object({
  id: z.string(),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  archived: z.boolean(),
})
const merge = z.object({ objectType, fromId: z.string(), toId: z.string(), at: z.string() })
const time = z.iso.datetime()

const SINGULAR = { companies: 'company', contacts: 'contact', deals: 'deal', activities: 'engagement' } as const

const READS = { readOnlyHint: true, openWorldHint: false } as const
const SETS = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const
const CREATES = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false } as const

const SEARCH = {
  description:
    'Lists records of one type by id, a page at a time; `modifiedSince` narrows to what changed at that time or later.',
  inputSchema: z.object({
    objectType,
    limit: z.int().min(1).max(100).default(100),
    after: z.string().optional(),
    modifiedSince: time.optional(),
    includeArchived: z.boolean().optional(),
  }),
  outputSchema: z.object({ results: z.array(record), paging }),
  annotations: READS,
}
const GET = {
  description: 'One record. The id of a record that was merged gives the record it became.',
  inputSchema: z.object({ objectType, id: z.string(), includeArchived: z.boolean().optional() }),
  outputSchema: record,
  annotations: READS,
}
const OWNERS = {
  description: 'The people who own records.',
  inputSchema: z.object({}),
  outputSchema: z.object({ results: z.array(owner) }),
  annotations: READS,
}
const MERGES = {
  description: 'Which records were merged into which others, at a time or later.',
  inputSchema: z.object({ since: time.optional() }),
  outputSchema: z.object({ results: z.array(merge) }),
  annotations: READS,
}
const UPDATE = {
  description: 'Sets properties of a record; those not named stay.',
  inputSchema: z.object({ objectType, id: z.string(), properties }),
  outputSchema: record,
  annotations: SETS,
}
const NOTE = {
  description: 'Adds a note to a record. Each call adds one.',
  inputSchema: z.object({ objectType, id: z.string(), body: z.string().min(1) }),
  outputSchema: record,
  annotations: CREATES,
}

/** A server over the records; a fresh one per request or connection, as the SDK wants it. */
export function crmTools(records: CrmRecords, admit: Admit = () => Promise.resolve(null)): McpServer {
  const server = new McpServer({ name: 'sophia-test-crm', version: '1.0.0' })
  server.registerTool('search_objects', SEARCH, async (given, context) => {
    return (await admit('search_objects', given, context)) ?? answer(records.page(given.objectType, given))
  })
  server.registerTool('get_object', GET, async (given, context) => {
    const refusal = await admit('get_object', given, context)
    if (refusal) return refusal
    const found = records.find(given.objectType, given.id)
    return found && (!found.archived || given.includeArchived) ? answer(found) : absent(given)
  })
  server.registerTool('list_owners', OWNERS, async (given, context) => {
    return (await admit('list_owners', given, context)) ?? answer({ results: records.owners })
  })
  server.registerTool('list_merges', MERGES, async (given, context) => {
    const since = given.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(given.since)
    const refusal = await admit('list_merges', given, context)
    return refusal ?? answer({ results: records.merges.filter(({ at }) => Date.parse(at) >= since) })
  })
  addWritingTools(server, records, admit)
  return server
}

function addWritingTools(server: McpServer, records: CrmRecords, admit: Admit): void {
  server.registerTool('update_object', UPDATE, async (given, context) => {
    const refusal = await admit('update_object', given, context)
    if (refusal) return refusal
    const found = records.find(given.objectType, given.id)
    if (!found || found.archived) return absent(given)
    return answer(records.change(given.objectType, found.id, given.properties))
  })
  server.registerTool('create_note', NOTE, async (given, context) => {
    const refusal = await admit('create_note', given, context)
    if (refusal) return refusal
    const found = records.find(given.objectType, given.id)
    if (!found || found.archived) return absent(given)
    const type = `engagement_to_${SINGULAR[given.objectType]}`
    const associations = { [given.objectType]: { results: [{ id: found.id, type }] } }
    return answer(records.add('activities', { hs_engagement_type: 'NOTE', hs_body_preview: given.body }, associations))
  })
}

function answer(content: object): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(content) }], structuredContent: { ...content } }
}

function absent({ objectType: type, id }: { objectType: string; id: string }): CallToolResult {
  return { content: [{ type: 'text', text: `There is no record ${id} in ${type}.` }], isError: true }
}
