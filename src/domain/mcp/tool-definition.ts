import { canonicalJson } from '../canonical-json.ts'

/** A tool as its server describes it. */
export interface ToolDefinition {
  readonly name: string
  readonly title: string | null
  readonly description: string
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly outputSchema: Readonly<Record<string, unknown>> | null
  readonly annotations: ToolAnnotations
}

/** What a server says of its tool; believed only where it makes us more careful, or reads. */
export interface ToolAnnotations {
  readonly readOnlyHint?: boolean | undefined
  readonly destructiveHint?: boolean | undefined
  readonly idempotentHint?: boolean | undefined
  readonly openWorldHint?: boolean | undefined
}

/** Only a tool that says it reads runs without asking; a silent one may do anything. */
export function effectOf({ annotations }: Pick<ToolDefinition, 'annotations'>): 'read' | 'write' {
  return annotations.readOnlyHint === true && annotations.destructiveHint !== true ? 'read' : 'write'
}

/** The text whose hash pins a definition: everything a model or a person goes by. */
export function pinText({ name, title, description, inputSchema, outputSchema, annotations }: ToolDefinition): string {
  return canonicalJson({ name, title, description, inputSchema, outputSchema, annotations: { ...annotations } })
}

/** What changed between two definitions, as lines: `- field: before`, `+ field: now`. */
export function definitionDiff(before: ToolDefinition, now: ToolDefinition): string[] {
  const [old, fresh] = [flatten(before), flatten(now)]
  return [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap((path) => {
    const [was, is] = [old.get(path), fresh.get(path)]
    if (was === is) return []
    return [...(was === undefined ? [] : [`- ${path}: ${was}`]), ...(is === undefined ? [] : [`+ ${path}: ${is}`])]
  })
}

function flatten(definition: ToolDefinition): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) found.set(path, canonicalJson(value))
    else for (const [key, inner] of Object.entries(value)) walk(path === '' ? key : `${path}.${key}`, inner)
  }
  walk('', { ...definition, annotations: { ...definition.annotations } })
  return found
}

const LONGEST_NAME = 64
const HASH_LENGTH = 8

/**
 * `server__tool`: at most 64 of the characters every model takes. A name that does not fit is cut and told apart by a hash
 * of the whole, so that two tools never become one.
 */
export function namespacedName(server: string, tool: string, hash: (text: string) => string): string {
  const plain = `${server}__${tool}`
  if (plain.length <= LONGEST_NAME && /^[A-Za-z0-9_-]+$/.test(plain)) return plain
  const mark = hash(plain).slice(0, HASH_LENGTH)
  return `${plain.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST_NAME - HASH_LENGTH - 1)}_${mark}`
}

/** Which tools came, went and changed, by the hashes of two lists. */
export function compareTools(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): { readonly added: string[]; readonly removed: string[]; readonly changed: string[] } {
  const added = [...now.keys()].filter((name) => !before.has(name))
  const removed = [...before.keys()].filter((name) => !now.has(name))
  const changed = [...now].flatMap(([name, hash]) => (before.has(name) && before.get(name) !== hash ? [name] : []))
  return { added: added.toSorted(), removed: removed.toSorted(), changed: changed.toSorted() }
}
