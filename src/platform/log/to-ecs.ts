import { chainOf, describeError } from './describe-error.ts'
import { redactFields } from './redact.ts'

/** Of the Elastic Common Schema that the lines keep to. */
export const ECS_VERSION = '8.11.0'

/** The fields of that schema which Sophia writes, as they stand in a line. What is not here becomes a label. */
const ECS_FIELDS: ReadonlySet<string> = new Set([
  'ecs.version',
  'event.dataset',
  'event.duration',
  'host.hostname',
  'http.request.method',
  'http.response.status_code',
  'process.pid',
  'process.title',
  'server.address',
  'server.port',
  'service.name',
  'service.version',
  'span.id',
  'trace.id',
  'url.path',
])

const LONGEST_TEXT = 8000
const NANOSECONDS_IN_A_MILLISECOND = 1_000_000

/**
 * The fields of one line by the names of the Elastic Common Schema. All of its labels are keywords, so two lines that mean
 * different things by one word never keep each other out of an index.
 */
export function toEcs(entry: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  const labels: Record<string, string> = {}
  for (const [key, value] of Object.entries(entry)) {
    if (value === undefined || value === null) continue
    if (key === 'error') fields['error'] = toEcsError(value)
    else if (key === 'event.duration_ms')
      fields['event.duration'] = Math.round(Number(value) * NANOSECONDS_IN_A_MILLISECOND)
    else if (ECS_FIELDS.has(key)) fields[key] = typeof value === 'string' ? shortened(value) : value
    else labels[labelName(key)] = labelText(key, value)
  }
  return Object.keys(labels).length > 0 ? { ...fields, labels } : fields
}

/** The schema has no place for causes: they stand below each other in the stack, as they are printed. */
function toEcsError(thrown: unknown): Record<string, unknown> {
  const [error = { message: '' }, ...causes] = chainOf(describeError(thrown))
  const told = [error, ...causes].map(({ message, stack_trace: stack }) => stack ?? message)
  return {
    ...(error.type === undefined ? {} : { type: error.type }),
    ...(error.code === undefined ? {} : { code: error.code }),
    message: shortened([error, ...causes].map(({ message }) => message).join(' < ')),
    stack_trace: shortened(told.join('\nCaused by: ')),
  }
}

/** Dots would make objects of labels. */
function labelName(key: string): string {
  return key.replace(/^sophia\./, '').replaceAll(/[.*\\]/g, '_')
}

function labelText(key: string, value: unknown): string {
  const plain =
    value instanceof Error ? describeError(value).message : Object.values(Object(redactFields({ [key]: value })))[0]
  return shortened(typeof plain === 'string' ? plain : JSON.stringify(plain))
}

/** A text from outside has no length of its own. */
function shortened(text: string): string {
  if (text.length <= LONGEST_TEXT) return text
  return `${text.slice(0, LONGEST_TEXT)} [and ${text.length - LONGEST_TEXT} more characters]`
}
