import type {
  ElicitRequestParams,
  EnumSchema,
  MultiSelectEnumSchema,
  PrimitiveSchemaDefinition,
  StringSchema,
} from '@modelcontextprotocol/client'
import type { FieldValue, Question, QuestionField } from '#domain/question.ts'
import { cutText } from '#domain/cut-text.ts'
import { cleanText } from '#domain/turn/clean-text.ts'

const MOST_FIELDS = 30
const MOST_OPTIONS = 200
const MESSAGE_CHARACTERS = 2000
const LABEL_CHARACTERS = 300

/** A server's question as people are shown it; null for one that cannot be shown: too long, or a page that is none of the web. */
export function readQuestion(params: ElicitRequestParams): Question | null {
  const message = shorten(params.message, MESSAGE_CHARACTERS)
  if (params.mode === 'url') return isWebPage(params.url) ? { message, fields: [], url: params.url } : null
  const { properties, required = [] } = params.requestedSchema
  const entries = Object.entries(properties)
  if (entries.length > MOST_FIELDS) return null
  const fields = entries.map(([name, schema]) => readField(name, schema, required.includes(name)))
  return fields.every(isWhole) ? { message, fields, url: null } : null
}

function isWebPage(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

function isWhole({ name, options }: QuestionField): boolean {
  return name.length <= LABEL_CHARACTERS && options.length <= MOST_OPTIONS
}

function shorten(text: string, most: number): string {
  const clean = cleanText(text).trim()
  return clean.length > most ? `${cutText(clean, most)} …` : clean
}

type SingleChoice = Extract<EnumSchema, { type: 'string' }>
type Shape = Pick<QuestionField, 'kind' | 'options'> & Partial<Pick<QuestionField, 'format' | 'least' | 'most'>>

function readField(name: string, schema: PrimitiveSchemaDefinition, isRequired: boolean): QuestionField {
  const { title, description, default: standard } = schema
  return {
    name,
    title: shorten(title ?? name, LABEL_CHARACTERS),
    description: description === undefined ? null : shorten(description, LABEL_CHARACTERS),
    isRequired,
    format: null,
    least: null,
    most: null,
    standard: standardOf(standard),
    ...shapeOf(schema),
  }
}

function standardOf(standard: FieldValue | undefined): FieldValue | null {
  if (standard === undefined) return null
  if (typeof standard === 'string') return cleanText(standard)
  return Array.isArray(standard) ? standard.map(cleanText) : standard
}

function shapeOf(schema: PrimitiveSchemaDefinition): Shape {
  switch (schema.type) {
    case 'boolean':
      return { kind: 'yes-no', options: [] }
    case 'number':
    case 'integer':
      return { kind: schema.type, options: [], least: schema.minimum ?? null, most: schema.maximum ?? null }
    case 'array':
      return choicesOf(schema)
    case 'string':
      return 'oneOf' in schema || 'enum' in schema ? { kind: 'choice', options: optionsOf(schema) } : textOf(schema)
  }
}

function choicesOf({ items, minItems, maxItems }: MultiSelectEnumSchema): Shape {
  const options = 'anyOf' in items ? items.anyOf.map(titled) : items.enum.map(plain)
  return { kind: 'choices', options, least: minItems ?? null, most: maxItems ?? null }
}

function textOf({ format, minLength, maxLength }: StringSchema): Shape {
  return { kind: 'text', options: [], format: format ?? null, least: minLength ?? null, most: maxLength ?? null }
}

function optionsOf(schema: SingleChoice): Shape['options'] {
  if ('oneOf' in schema) return schema.oneOf.map(titled)
  const names = 'enumNames' in schema ? schema.enumNames : undefined
  return schema.enum.map((value, at) => titled({ const: value, title: names?.[at] }))
}

function titled({ const: value, title }: { readonly const: string; readonly title?: string | undefined }) {
  return { value, label: shorten(title ?? value, LABEL_CHARACTERS) }
}

function plain(value: string) {
  return titled({ const: value })
}
