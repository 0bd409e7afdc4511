import { NewServer, ServerChange, type ServerRecord } from '#contract/mcp.ts'

export interface HeaderField {
  /** Tells fields apart while their names are typed. */
  readonly key: number
  readonly name: string
  readonly value: string
}

/** A connection as it stands in the form, all as typed. */
export interface ServerForm {
  readonly name: string
  readonly id: string
  readonly url: string
  readonly headers: readonly HeaderField[]
  readonly replacesHeaders: boolean
  readonly critical: boolean
  readonly expectedTools: string
  readonly credentials: ServerRecord['credentials']
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
}

export const EMPTY_FORM: ServerForm = {
  name: '',
  id: '',
  url: '',
  headers: [],
  replacesHeaders: false,
  critical: false,
  expectedTools: '',
  credentials: 'none',
  clientId: '',
  clientSecret: '',
  scope: '',
}

export function formOf(record: ServerRecord): ServerForm {
  return {
    ...EMPTY_FORM,
    name: record.name,
    id: record.id,
    url: record.target,
    critical: record.critical,
    expectedTools: record.expectedTools.join('\n'),
    credentials: record.credentials,
  }
}

/** `Kestrel CRM (EU)` as an id: `kestrel-crm-eu`. */
export function idOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 41)
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-$/, '')
}

export type FieldName = 'name' | 'id' | 'url' | 'headers' | 'expectedTools' | 'oauth'
export type FieldFaults = Readonly<Partial<Record<FieldName, string>>>
export type Read<Body> = { readonly body: Body } | { readonly faults: FieldFaults }

const FAULTS: Readonly<Record<FieldName, string>> = {
  name: 'Give it a name of at most 80 letters.',
  id: 'Only a to z, 0 to 9 and hyphens, at most 40, beginning with a letter or a digit.',
  url: 'An address that begins with https:// or http://.',
  headers: 'A header has a name of letters, digits and hyphens, and a value.',
  expectedTools: 'At most 200 tools, each at most 128 letters.',
  oauth: 'A client needs its id; leave all of them empty to register by itself.',
}

/** What the form says as the body of a new connection. */
export function readNew(form: ServerForm): Read<NewServer> {
  const tools = toolsOf(form)
  const parsed = NewServer.safeParse({
    id: form.id,
    name: form.name,
    url: form.url.trim(),
    ...(form.headers.length > 0 ? { headers: headersOf(form) } : {}),
    ...(form.critical ? { critical: true } : {}),
    ...(tools.length > 0 ? { expectedTools: tools } : {}),
    credentials: form.credentials,
    ...oauthOf(form),
  })
  return settle(form, parsed)
}

/** What the form changes of a connection; null when it changes nothing. */
export function readChange(form: ServerForm, record: ServerRecord): Read<ServerChange> | null {
  const before = formOf(record)
  const change = {
    ...(form.name.trim() === before.name ? {} : { name: form.name }),
    ...(form.url.trim() === before.url ? {} : { url: form.url.trim() }),
    ...(form.replacesHeaders ? { headers: headersOf(form) } : {}),
    ...(form.critical === before.critical ? {} : { critical: form.critical }),
    ...(toolsOf(form).join('\n') === before.expectedTools ? {} : { expectedTools: toolsOf(form) }),
    ...(form.credentials === before.credentials ? {} : { credentials: form.credentials }),
    ...oauthOf(form),
  }
  if (Object.keys(change).length === 0) return null
  return settle(form, ServerChange.safeParse(change))
}

function settle<Body>(
  form: ServerForm,
  parsed:
    | { success: true; data: Body }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[] }[] } },
): Read<Body> {
  const names = parsed.success ? [] : parsed.error.issues.map((issue) => String(issue.path[0] ?? ''))
  if (form.headers.some((field) => field.name.trim() === '' || field.value === '')) names.push('headers')
  const faults = Object.fromEntries(names.filter(isFieldName).map((name) => [name, FAULTS[name]]))
  if (parsed.success && names.length === 0) return { body: parsed.data }
  return { faults }
}

function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FAULTS, name)
}

function headersOf(form: ServerForm): Record<string, string> {
  return Object.fromEntries(form.headers.map((field) => [field.name.trim(), field.value]))
}

function toolsOf(form: ServerForm): string[] {
  return [...new Set(form.expectedTools.split(/[\n,]+/).map((name) => name.trim()))].filter(Boolean)
}

function oauthOf({ credentials, clientId, clientSecret, scope }: ServerForm) {
  const said = [clientId, clientSecret, scope].map((text) => text.trim())
  if (credentials === 'none' || said.every((text) => text === '')) return {}
  const [id, secret, wanted] = said
  return { oauth: { clientId: id, ...(secret ? { clientSecret: secret } : {}), ...(wanted ? { scope: wanted } : {}) } }
}
