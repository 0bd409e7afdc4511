import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'

/** Why a file cannot be used; the line counts from 1 and is null when the whole file is meant. */
export interface FileFault {
  readonly line: number | null
  readonly reason: string
}

export type FrontMatter<Fields> =
  | {
      readonly kind: 'fields'
      readonly fields: Fields
      /** What stands below the second `---`, and the line it begins on. */
      readonly body: string
      readonly bodyLine: number
      /** The line of a field, for faults that only its reader can find. */
      readonly lineOf: (path: readonly PropertyKey[]) => number
    }
  | { readonly kind: 'fault'; readonly fault: FileFault }

/** A Markdown file's YAML front matter by its schema, or the first fault with its line. Pure. */
export function parseFrontMatter<Shape extends z.ZodType>(
  text: string,
  shape: Shape,
  /** What is written below the fields, as the fault names it. */
  bodyName: string,
): FrontMatter<z.infer<Shape>> {
  const parts = splitFrontMatter(text.replaceAll('\r\n', '\n'))
  if (!parts)
    return faultAt(
      1,
      `The file begins with a line \`---\`, then the fields, then a line \`---\`, then the ${bodyName}.`,
    )
  const counter = new LineCounter()
  const document = parseDocument(parts.yaml, {
    lineCounter: counter,
    stringKeys: true,
    maxAliasCount: 10,
  } as Parameters<typeof parseDocument>[1])
  // The first line of the file is the opening `---`, so the YAML's lines lie one further down.
  const lineAt = (offset: number): number => counter.linePos(offset).line + 1
  const broken = document.errors[0]
  if (broken) return faultAt(lineAt(broken.pos[0]), `Not valid YAML: ${firstLine(broken.message)}`)
  const plain = toPlain(document)
  const lineOf = (path: readonly PropertyKey[]): number => lineAt(offsetOf(document, path))
  const parsed = shape.safeParse(plain)
  if (parsed.success) return { kind: 'fields', fields: parsed.data, body: parts.body, bodyLine: parts.bodyLine, lineOf }
  const issue = describeIssue(parsed.error.issues[0], plain)
  return faultAt(lineOf(issue.path), issue.reason)
}

function faultAt(line: number, reason: string): { readonly kind: 'fault'; readonly fault: FileFault } {
  return { kind: 'fault', fault: { line, reason } }
}

function splitFrontMatter(text: string): { yaml: string; body: string; bodyLine: number } | undefined {
  const match = /^\uFEFF?---[ \t]*\n((?:[\s\S]*?\n)??)---[ \t]*(?:\n|$)/.exec(text)
  if (!match) return undefined
  const bodyLine = match[0].split('\n').length
  return { yaml: match[1] ?? '', body: text.slice(match[0].length), bodyLine }
}

function toPlain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 10 })
  } catch {
    // Aliases beyond the limit (a "billion laughs" file): the schema then reports that the fields are missing.
    return undefined
  }
}

/** The person's sentence for the schema's finding, and the place it belongs to. */
function describeIssue(issue: z.core.$ZodIssue | undefined, plain: unknown): { path: PropertyKey[]; reason: string } {
  if (!issue) return { path: [], reason: 'The fields are not valid.' }
  const place = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    return { path: [...issue.path, key], reason: `Unknown field "${[...issue.path.map(String), key].join('.')}".` }
  }
  if (issue.path.length > 0 && valueAt(plain, issue.path) === undefined) {
    return { path: issue.path.slice(0, -1), reason: `Field "${place}" is missing.` }
  }
  return { path: issue.path, reason: `${place === '' ? 'The front matter' : `Field "${place}"`}: ${issue.message}.` }
}

function valueAt(plain: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    plain,
  )
}

/** Where the field at `path` starts in the YAML; of a deeper path that does not exist, its nearest existing parent. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let offset = 0
  let node: unknown = document.contents
  for (const step of path) {
    const found = childOf(node, step)
    if (!found) break
    offset = found.offset
    node = found.node
  }
  return offset
}

function childOf(node: unknown, step: PropertyKey): { node: unknown; offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step)
    return pair && isScalar(pair.key) ? { node: pair.value, offset: pair.key.range?.[0] ?? 0 } : undefined
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined
  const item: unknown = node.items[step]
  return isNode(item) ? { node: item, offset: item.range?.[0] ?? 0 } : undefined
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/, '')
}
