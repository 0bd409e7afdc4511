import type { FieldPath } from './mapping.ts'

/** `properties.dealname`, `associations.companies.results.0.id`; an empty text is the whole. */
export function parsePath(text: string): FieldPath {
  return text === '' ? [] : text.split('.')
}

/** What stands at a path; undefined when nothing does, which differs from a null that stands there. */
export function readPath(from: unknown, path: FieldPath): unknown {
  let at: unknown = from
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    // Own keys only, so that no item can name what every object inherits.
    at = Object.entries(at).find(([key]) => key === step)?.[1]
  }
  return at
}

/**
 * A scalar as text; null for what is empty. Undefined, so that the record says nothing of it, only when the first step is
 * missing: CRMs leave out empty properties and associations one by one, but what was not asked for as a whole.
 */
export function readText(from: unknown, path: FieldPath): string | null | undefined {
  const found = readPath(from, path)
  if (found === null) return null
  if (found === undefined) return path.length > 1 && readPath(from, path.slice(0, 1)) !== undefined ? null : undefined
  if (typeof found === 'number' || typeof found === 'boolean') return String(found)
  if (typeof found !== 'string') return undefined
  const text = found.trim()
  return text === '' ? null : text
}
