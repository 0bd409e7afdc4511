import { LineCounter, isNode, parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import { parsePath } from '#domain/sync/field-path.ts'
import { SYNC_KINDS, type FieldRule, type Json, type SyncMapping, type SyncRead } from '#domain/sync/mapping.ts'

const Path = z
  .string()
  .regex(/^[\w-]+(\.[\w-]+)*$/, 'a path such as properties.dealname')
  .transform(parsePath)
const Paths = z.union([Path.transform((path) => [path]), z.array(Path).min(1).max(5)])
const Words = z.record(z.string(), z.union([z.string(), z.number()]).transform(String))

const RuleBody = z.strictObject({
  path: Paths.optional(),
  join: z.array(Path).min(2).max(5).optional(),
  value: z.string().min(1).max(200).optional(),
  map: Words.optional(),
  currency: Path.optional(),
})
const Rule = z.union([
  Path.transform((path): FieldRule => toRule({ path: [path] })),
  RuleBody.refine(
    ({ path, join, value }) => (path ?? join ?? value) !== undefined,
    'say where it comes from: path, join or value',
  ).transform(toRule),
])
const Paging = z.union([
  z.literal('none').transform(() => ({ by: 'none' as const })),
  z.strictObject({ next: Path }).transform(({ next }) => ({ by: 'cursor' as const, path: next })),
  z
    .strictObject({ lastId: Path, size: z.int().min(1).max(2000), first: z.string().max(100).optional() })
    .transform(({ lastId, size, first = null }) => ({ by: 'last-id' as const, path: lastId, size, first })),
])
const Read = z.strictObject({
  name: z.string().regex(/^[a-z][a-z-]{0,39}$/),
  kind: z.enum(SYNC_KINDS),
  tool: z.string().min(1).max(128),
  input: z.record(z.string(), z.json()).default({}),
  paging: Paging.default({ by: 'none' }),
  items: Path,
  id: Path,
  modified: Path.optional(),
  archived: Path.optional(),
  mergedFrom: z.strictObject({ path: Path, separator: z.string().length(1).default(';') }).optional(),
  mergedInto: Path.optional(),
  fields: z.record(z.string(), Rule),
})
const Mapping = z.strictObject({
  name: z.string().min(1).max(80),
  /** Where the tools and their answers are documented, and when somebody looked. */
  sources: z.array(z.strictObject({ url: z.url(), checkedOn: z.iso.date(), note: z.string().optional() })).default([]),
  overlapSeconds: z.int().min(0).max(86_400).default(300),
  settings: z.array(z.string().regex(/^[A-Za-z]{1,40}$/)).default([]),
  reads: z.array(Read).min(1).max(30),
})

type Parsed = { readonly mapping: SyncMapping } | { readonly faults: readonly string[] }

/** A mapping file's text; each fault as `line 12: reads.0.kind: why`. */
export function parseMapping(text: string): Parsed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  if (document.errors.length > 0)
    return {
      faults: document.errors.map(
        ({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${message.split('\n')[0] ?? message}`,
      ),
    }
  const place = (path: readonly PropertyKey[]): string =>
    `line ${lineOf(document, lines, path)}: ${path.map(String).join('.') || 'file'}`
  const parsed = Mapping.safeParse(document.toJS())
  if (!parsed.success) return { faults: parsed.error.issues.map((issue) => `${place(issue.path)}: ${wordsOf(issue)}`) }
  const reads = parsed.data.reads.map(toRead)
  const faults = reads.flatMap((read, index) =>
    faultsOf(read, reads.slice(0, index), parsed.data.settings).map(
      ([path, message]) => `${place(['reads', index, ...path])}: ${message}`,
    ),
  )
  if (faults.length > 0) return { faults }
  const { name, overlapSeconds, settings } = parsed.data
  return { mapping: { name, overlapSeconds, settings, reads } }
}

function wordsOf(issue: z.core.$ZodIssue): string {
  const inner =
    issue.code === 'invalid_union' ? issue.errors.flat().find(({ code }) => code !== 'invalid_type') : undefined
  return inner?.message ?? issue.message
}

function toRule(body: z.infer<typeof RuleBody>): FieldRule {
  const { path = [], join = [], value = null, map, currency = null } = body
  const words = map === undefined ? null : new Map(Object.entries(map).map(([key, word]) => [key.toLowerCase(), word]))
  return { paths: path, joined: join, constant: value, words, currency }
}

function toRead(read: z.infer<typeof Read>): SyncRead {
  const { modified = null, archived = null, mergedFrom = null, mergedInto = null, fields, ...rest } = read
  return {
    ...rest,
    modified,
    archived,
    mergedFrom,
    mergedInto,
    isIncremental: holds(read.input, 'since'),
    fields: new Map(Object.entries(fields)),
  }
}

function holds(input: Json, name: string): boolean {
  return new RegExp(String.raw`\$${name}\b`).test(JSON.stringify(input))
}

type Fault = readonly [path: readonly string[], message: string]

/** What the shape alone cannot tell. */
function faultsOf(read: SyncRead, before: readonly SyncRead[], settings: readonly string[]): Fault[] {
  const faults: Fault[] = []
  const last = before.at(-1)
  if (before.some(({ name }) => name === read.name)) faults.push([['name'], `There are two reads called ${read.name}.`])
  if (last && SYNC_KINDS.indexOf(last.kind) > SYNC_KINDS.indexOf(read.kind))
    faults.push([['kind'], `The order is ${SYNC_KINDS.join(', ')}: who is pointed to comes first.`])
  if (read.paging.by !== 'none' && !holds(read.input, 'after'))
    faults.push([['input'], 'It is read page by page, so the input needs $after.'])
  for (const [, name] of JSON.stringify(read.input).matchAll(/\$settings\.([A-Za-z]+)/g))
    if (name !== undefined && !settings.includes(name)) faults.push([['input'], `settings does not name ${name}.`])
  return [...faults, ...fieldFaults(read)]
}

function fieldFaults(read: SyncRead): Fault[] {
  const definition = KIND_DEFINITIONS[read.kind]
  const faults: Fault[] = []
  for (const [name, rule] of read.fields) {
    const field = definition.fields.find((one) => one.name === name && name !== 'id')
    if (!field) faults.push([['fields', name], `${read.kind} have no field "${name}".`])
    else if (field.type === 'stage' && rule.words === null)
      faults.push([['fields', name], 'Stages need a map from each stage of the CRM to one of ours.'])
    if (rule.currency && field?.type !== 'money') faults.push([['fields', name], 'Only amounts have a currency.'])
  }
  for (const { name, isRequired } of definition.fields)
    if (isRequired === true && !read.fields.has(name))
      faults.push([['fields'], `${read.kind} need the field "${name}".`])
  return faults
}

/** The line of the place, or of the nearest one around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}
