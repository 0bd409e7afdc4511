import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

/** JSON Schema (2020-12, as OpenAPI 3.1 uses it) of a contract shape. */
export function toJsonSchema(shape: z.ZodType, io: 'input' | 'output' = 'output'): JsonSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any' })
  return schema
}

/**
 * The same for the response serialiser, which handles `nullable` in straight code but tries each branch of an `anyOf`
 * with a validator: every "X or null" becomes a nullable X.
 */
export function toSerializerSchema(shape: z.ZodType): JsonSchema {
  const simplified = foldNullable(toJsonSchema(shape))
  // A JSON Schema's top level is an object by construction of foldNullable's input.
  return simplified as JsonSchema
}

function foldNullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(foldNullable)
  if (typeof node !== 'object' || node === null) return node
  const folded = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, foldNullable(value)]))
  const branches = folded['anyOf']
  if (!Array.isArray(branches) || branches.length !== 2) return folded
  const other: unknown = branches.find((branch: unknown) => !isNullSchema(branch))
  const hasNull = branches.some(isNullSchema)
  if (!hasNull || typeof other !== 'object' || other === null || 'anyOf' in other || 'oneOf' in other) return folded
  const { anyOf: _branches, ...rest } = folded
  return { ...rest, ...other, nullable: true }
}

function isNullSchema(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'null'
}
