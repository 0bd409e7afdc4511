import { z } from 'zod'
import type { PersonaDefinition } from '#domain/persona.ts'
import { parseFrontMatter } from '#platform/front-matter.ts'

/** Why a persona file cannot be used; the line counts from 1 and is null when the whole file is meant. */
export interface PersonaFault {
  readonly file: string
  readonly line: number | null
  readonly reason: string
}

export type ParsedPersona =
  | { readonly kind: 'persona'; readonly definition: PersonaDefinition }
  | { readonly kind: 'fault'; readonly fault: PersonaFault }

interface ParseContext {
  readonly file: string
  /** Skills that exist; naming another is a fault. Null: do not ask. */
  readonly skillNames: readonly string[] | null
}

export const MAX_PERSONA_BYTES = 64 * 1024
const PERSONA_ID = /^[a-z][a-z0-9-]{0,49}$/
const TINTS = ['teal', 'amber', 'violet', 'blue', 'rose', 'slate'] as const

const line = z.string().trim().min(1).max(300)
const sentence = z.string().trim().min(1).max(1000)

const FrontMatter = z.strictObject({
  name: line,
  role: line,
  tagline: line,
  tint: z.enum(TINTS),
  traits: z.array(line).min(1).max(20),
  styles: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/, 'a situation is written like `deal_review`'), line),
  methods: z.array(z.strictObject({ name: line, summary: sentence })).max(20),
  goals: z.array(sentence).min(1).max(20),
  boundaries: z.array(sentence).min(1).max(20),
  greetings: z.strictObject({ morning: line, day: line, evening: line }),
  skills: z.array(line).max(40),
  tools: z
    .array(z.string().regex(/^(\*|[A-Za-z0-9_-]{1,64})$/, 'an id of a connection, a tool, or *'))
    .max(40)
    .default([]),
  suggestions: z.array(line).max(10),
  model: line.nullable().default(null),
})

/** Persona id of a file name: `marcus.md` is `marcus`; undefined when the name is no valid id. */
export function personaIdOf(fileName: string): string | undefined {
  const id = fileName.endsWith('.md') ? fileName.slice(0, -3) : ''
  return PERSONA_ID.test(id) ? id : undefined
}

/** Bytes of a persona file to its text, or the fault: too large, not UTF-8, with zero bytes. */
export function decodePersona(bytes: Uint8Array, file: string): { text: string } | { fault: PersonaFault } {
  if (bytes.byteLength > MAX_PERSONA_BYTES) return tooLarge(file, bytes.byteLength)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (text.includes('\0')) return wholeFileFault(file, 'The file holds a zero byte; it does not look like text.')
    return { text }
  } catch {
    // The decoder only says "invalid"; where is found by decoding ever longer parts.
    return { fault: { file, line: lineOfBadByte(bytes), reason: 'The file is not valid UTF-8. Save it as UTF-8.' } }
  }
}

/** A persona file's text to its definition, or the first fault with its line. Pure. */
export function parsePersona(text: string, context: ParseContext): ParsedPersona {
  const faultAt = (at: number | null, reason: string): ParsedPersona => ({
    kind: 'fault',
    fault: { file: context.file, line: at, reason },
  })
  const id = personaIdOf(context.file)
  if (id === undefined)
    return faultAt(null, 'Name the file in lower case like `marcus.md`: letters, digits and hyphens.')
  const front = parseFrontMatter(text, FrontMatter, 'profile')
  if (front.kind === 'fault') return faultAt(front.fault.line, front.fault.reason)
  const known = context.skillNames
  const unknown = known ? front.fields.skills.findIndex((skill) => !known.includes(skill)) : -1
  if (known && unknown >= 0) {
    const reason = `There is no skill "${front.fields.skills[unknown]}". Skills: ${known.join(', ')}.`
    return faultAt(front.lineOf(['skills', unknown]), reason)
  }
  const profile = front.body.trim()
  if (profile === '')
    return faultAt(front.bodyLine, 'The profile is missing: write who this is below the second `---`.')
  return { kind: 'persona', definition: { id, ...front.fields, profile } }
}

export function tooLarge(file: string, bytes: number): { fault: PersonaFault } {
  return wholeFileFault(file, `The file has ${bytes} bytes; at most ${MAX_PERSONA_BYTES} are read.`)
}

function wholeFileFault(file: string, reason: string): { fault: PersonaFault } {
  return { fault: { file, line: null, reason } }
}

function lineOfBadByte(bytes: Uint8Array): number {
  let at = 1
  let start = 0
  for (let index = 0; index <= bytes.length; index += 1) {
    if (index < bytes.length && bytes[index] !== 0x0a) continue
    if (!isUtf8(bytes.subarray(start, index))) return at
    start = index + 1
    at += 1
  }
  return at
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    // That it throws is the answer.
    return false
  }
}
