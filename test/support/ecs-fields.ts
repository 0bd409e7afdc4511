import assert from 'node:assert/strict'

/**
 * Types of the fields that Sophia writes, as the Elastic Common Schema publishes them (generated/csv/fields.csv of elastic/ecs), and
 * those that its specification for log lines requires (spec/spec.json of elastic/ecs-logging).
 */
const TYPES: Readonly<Record<string, 'date' | 'keyword' | 'long' | 'match_only_text' | 'wildcard' | 'labels'>> = {
  '@timestamp': 'date',
  'ecs.version': 'keyword',
  'error.code': 'keyword',
  'error.message': 'match_only_text',
  'error.stack_trace': 'wildcard',
  'error.type': 'keyword',
  'event.dataset': 'keyword',
  'event.duration': 'long',
  'event.kind': 'keyword',
  'host.hostname': 'keyword',
  'http.request.method': 'keyword',
  'http.response.status_code': 'long',
  labels: 'labels',
  'log.level': 'keyword',
  message: 'match_only_text',
  'process.pid': 'long',
  'process.title': 'keyword',
  'server.address': 'keyword',
  'server.port': 'long',
  'service.name': 'keyword',
  'service.version': 'keyword',
  'span.id': 'keyword',
  'trace.id': 'keyword',
  'url.path': 'wildcard',
}
const REQUIRED = ['@timestamp', 'log.level', 'message', 'ecs.version']

/** Throws when a line breaks the schema: a field that it has not, of another type, or missing. Answers the fields by name. */
export function assertEcs(line: string): Record<string, unknown> {
  const fields = flatten(JSON.parse(line))
  for (const name of REQUIRED) assert.ok(name in fields, `${name} is missing: ${line}`)
  for (const [name, value] of Object.entries(fields)) assertType(name, value, line)
  return fields
}

function assertType(name: string, value: unknown, line: string): void {
  const type = TYPES[name]
  assert.ok(type, `${name} is no field of the schema that is known here: ${line}`)
  if (type === 'labels') {
    assert.ok(typeof value === 'object' && value !== null)
    for (const [label, text] of Object.entries(value))
      assert.ok(typeof text === 'string' && !/[.*\\]/.test(label), `the label ${label}: ${line}`)
  } else if (type === 'long') assert.ok(Number.isSafeInteger(value), `${name}: ${line}`)
  else assert.equal(typeof value, 'string', `${name}: ${line}`)
  if (type === 'date') assert.match(String(value), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, line)
}

/** Names with dots and objects in objects are the same to the schema. */
function flatten(value: unknown, under = ''): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(Object(value))) {
    const name = under === '' ? key : `${under}.${key}`
    const isGroup = typeof inner === 'object' && inner !== null && name !== 'labels'
    Object.assign(fields, isGroup ? flatten(inner, name) : { [name]: inner })
  }
  return fields
}
