import { cutText } from '../cut-text.ts'
import { isDay } from '../day.ts'
import type { ImportField } from '../import/import-kind.ts'
import { STAGES } from '../import/import-kind.ts'
import { readText } from './field-path.ts'
import { recordIdOf, type FieldRule } from './mapping.ts'

/** A value of a field as imports read it, what the CRM calls it where that differs, or why it cannot be taken. */
export type MappedValue =
  | { readonly text: string | null; readonly origin?: string }
  | { readonly reason: string; readonly value: string | null }
  /** The record says nothing of this field, so it stays as it is. */
  | 'unsaid'

interface ValueContext {
  readonly server: string
}

/** What a rule makes of an item of the CRM, by the type of the field it fills. Nothing is guessed. */
export function mapValue(
  field: ImportField,
  rule: FieldRule,
  context: ValueContext & { readonly item: unknown },
): MappedValue {
  const raw = rawOf(rule, context.item)
  if (raw === undefined) return 'unsaid'
  if (raw === null) return { text: null }
  if (rule.words) return mapWord(raw, rule.words)
  if (field.name === 'email') return mapEmail(raw)
  const read = READERS[field.type]
  return read ? read(raw, context) : { text: raw }
}

/** By type; what is not here is taken as it is, and looked at as a file's cell would be. */
const READERS: Partial<Record<ImportField['type'], (raw: string, context: ValueContext) => MappedValue>> = {
  money: (raw) =>
    /^-?\d+(\.\d+)?(e\d{1,2})?$/i.test(raw)
      ? { text: plainNumber(raw) }
      : { reason: 'Not an amount such as 1234.50.', value: raw },
  int: (raw) => (/^-?\d+(\.0+)?$/.test(raw) ? { text: raw } : { reason: 'Not a whole number.', value: raw }),
  day: mapDay,
  stage: (raw) => (STAGES.some((stage) => stage === raw) ? { text: raw } : noStage(raw)),
  reference: (raw, { server }) => ({ text: recordIdOf(server, raw) }),
}

function rawOf(rule: FieldRule, item: unknown): string | null | undefined {
  if (rule.constant !== null) return rule.constant
  const joined = rule.joined.flatMap((path) => readText(item, path) ?? []).join(' ')
  if (joined !== '') return joined
  const found = rule.paths.map((path) => readText(item, path))
  const said = found.find((text) => text !== null && text !== undefined)
  if (said !== undefined) return said
  const isSaid = found.includes(null) || rule.joined.some((path) => readText(item, path) === null)
  return isSaid ? null : undefined
}

function mapWord(raw: string, words: ReadonlyMap<string, string>): MappedValue {
  const word = words.get(raw.toLowerCase())
  if (word !== undefined) return word === raw ? { text: word } : { text: word, origin: raw }
  return { reason: `The mapping has no word for "${cutText(raw, 100)}".`, value: raw }
}

function noStage(raw: string): MappedValue {
  return { reason: `Not one of ${STAGES.join(', ')}; the mapping needs a map of stages.`, value: raw }
}

/** `2026-03-01`, with or without a time (of which the day in UTC counts), or milliseconds since 1970. */
function mapDay(raw: string): MappedValue {
  if (isDay(raw)) return { text: raw }
  const ms = /^\d{12,14}$/.test(raw)
    ? Number(raw)
    : /^\d{4}-\d{2}-\d{2}T/.test(raw)
      ? Date.parse(zoned(raw))
      : Number.NaN
  if (Number.isNaN(ms)) return { reason: 'Not a day such as 2026-03-01.', value: raw }
  return { text: new Date(ms).toISOString().slice(0, 10) }
}

/** Salesforce writes `+0000`, which is no zone to Date. */
function zoned(raw: string): string {
  return raw.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')
}

function mapEmail(raw: string): MappedValue {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(raw)
    ? { text: raw.toLowerCase() }
    : { reason: 'Not an e-mail address.', value: raw }
}

/** CRMs write large numbers as `1.2E6`. */
function plainNumber(raw: string): string {
  return /e/i.test(raw) ? Number(raw).toFixed(2) : raw
}
