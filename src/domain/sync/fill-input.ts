import type { Json } from './mapping.ts'

/** What a call is about: where to go on, and from when on changes are wanted. Null leaves out what asks for it. */
export interface InputValues {
  readonly after: string | null
  readonly since: string | null
  readonly settings: Readonly<Record<string, string>>
}

const WHOLE = /^\$([a-z]+(?:\.[A-Za-z]+)?)$/
const INSIDE = /\$(after|since|settings\.[A-Za-z]+)/g
/** What may go inside a query: ids and times, nothing that could end a quoted text. */
const HARMLESS = /^[\w.:+@/ -]{0,200}$/

/**
 * The input of one call. A value that is a placeholder and has nothing to hold leaves out its key, and inside a list the
 * whole item: so a filter that is not wanted vanishes. In longer texts `[[...]]` is left out when a placeholder inside has
 * nothing to hold. Throws on a value that does not belong inside a query.
 */
export function fillInput(template: Json, values: InputValues): Json {
  return fill(template, values) ?? null
}

function fill(template: Json, values: InputValues): Json | undefined {
  if (typeof template === 'string') return fillText(template, values)
  if (typeof template !== 'object' || template === null) return template
  if (isList(template))
    return template.flatMap((item) => {
      const filled = isWhole(item, values) ? fill(item, values) : undefined
      return filled === undefined ? [] : [filled]
    })
  const entries = Object.entries(template).flatMap(([key, value]) => {
    const filled = fill(value, values)
    return filled === undefined ? [] : [[key, filled] as const]
  })
  return Object.fromEntries(entries)
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json)
}

/** False for an item of a list that would lose one of its own keys. */
function isWhole(item: Json, values: InputValues): boolean {
  if (typeof item !== 'object' || item === null || isList(item)) return true
  return Object.values(item).every((value) => typeof value !== 'string' || fillText(value, values) !== undefined)
}

function fillText(template: string, values: InputValues): string | undefined {
  const name = WHOLE.exec(template)?.[1]
  if (name !== undefined) return valueOf(name, values) ?? undefined
  const kept = template.replaceAll(/\[\[(.*?)\]\]/g, (_all, part: string) =>
    [...part.matchAll(INSIDE)].every(([, inner]) => valueOf(inner ?? '', values) !== null) ? part : '',
  )
  return kept.replaceAll(INSIDE, (_all, inner: string) => {
    const value = valueOf(inner, values) ?? ''
    if (!HARMLESS.test(value)) throw new Error(`"${value.slice(0, 80)}" cannot stand inside a query.`)
    return value
  })
}

function valueOf(name: string, { after, since, settings }: InputValues): string | null {
  if (name === 'after') return after
  if (name === 'since') return since
  const setting = name.startsWith('settings.') ? settings[name.slice('settings.'.length)] : undefined
  return setting ?? null
}
