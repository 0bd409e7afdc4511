type Schema = Readonly<Record<string, unknown>>

/** What a tool may be tried with: every property it asks for, with its default, its first choice or an empty value. */
export function exampleInput(schema: Schema): Record<string, unknown> {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return Object.fromEntries(
    Object.entries(properties)
      .filter(
        ([name, property]) => required.includes(name) || (isRecord(property) && property['default'] !== undefined),
      )
      .map(([name, property]) => [name, exampleValue(isRecord(property) ? property : {})]),
  )
}

function exampleValue(property: Schema): unknown {
  const { default: standard, const: only, enum: choices, type: types } = property
  if (standard !== undefined || only !== undefined) return standard ?? only
  if (Array.isArray(choices) && choices.length > 0) return choices[0]
  const type: unknown = Array.isArray(types) ? types[0] : types
  return type === 'object' ? exampleInput(property) : emptyValue(type, property['minimum'])
}

function emptyValue(type: unknown, lowest: unknown): unknown {
  if (type === 'number' || type === 'integer') return typeof lowest === 'number' ? lowest : 0
  if (type === 'boolean') return false
  if (type === 'array') return []
  return type === 'null' ? null : ''
}

export interface InputLine {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly says: string
}

/** What may be put in, one line for each property. */
export function inputLines(schema: Schema): InputLine[] {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return Object.entries(properties).map(([name, property]) => {
    const known = isRecord(property) ? property : {}
    const { type, description, enum: choices } = known
    const types = Array.isArray(type) ? type.join(' or ') : typeof type === 'string' ? type : 'anything'
    return {
      name,
      type: Array.isArray(choices) ? choices.map(String).join(', ') : types,
      isRequired: required.includes(name),
      says: typeof description === 'string' ? description : '',
    }
  })
}

export type ReadInput = { readonly input: Record<string, unknown> } | { readonly fault: string }

/** The typed JSON as an input, or what is wrong with it. */
export function readInput(text: string): ReadInput {
  if (text.trim() === '') return { input: {} }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    return { fault: `This is not JSON yet: ${thrown instanceof Error ? thrown.message : 'it cannot be read'}` }
  }
  return isRecord(value) ? { input: value } : { fault: 'It has to be an object: { "name": "value" }' }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
