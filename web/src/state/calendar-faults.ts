import type { CalendarFile } from '#contract/calendar.ts'
import { PACKS } from './calendar-draft.ts'

export type Fault = CalendarFile['faults'][number]

/** A stretch of a text, in characters. */
interface Place {
  readonly start: number
  readonly end: number
}

/** `Line 12`; of a pack or a file of events, whose text is not this one, with its file. */
export function lineWords(fault: Fault): string {
  return isElsewhere(fault) ? `${fault.file}, line ${fault.line}` : `Line ${fault.line}`
}

export function pathWords({ path }: Fault): string {
  return path.join('.')
}

/** The line of the text on which a fault is mended, from 1; null for one that lies in another file. */
export function lineOf(text: string, fault: Fault): number | null {
  const place = placeOf(text, fault)
  return place && text.slice(0, place.start).split('\n').length
}

/** In a pack or in a file of events, whose text is not this one. */
function isElsewhere({ file }: Fault): boolean {
  return file.toLowerCase().endsWith('.ics') || PACKS.some(({ name }) => file === `${name}.yaml`)
}

/**
 * Where a fault lies in the text: the characters at fault, else the value, else the line. A fault is told by the line of its field
 * or, where that is not written, of the thing it is in; its field is looked for from there on. Null for one that lies in another file.
 */
export function placeOf(text: string, fault: Fault): Place | null {
  if (isElsewhere(fault)) return null
  const lines = linesOf(text)
  const line = lines[fault.line - 1] ?? lines.at(-1)
  if (!line) return { start: 0, end: 0 }
  const value = findValue(lines, fault)
  if (!value) return { start: line.start + indentOf(line.text), end: line.start + line.text.length }
  if (fault.offset === null || fault.length === null) return value
  const start = Math.min(value.start + fault.offset, value.end)
  return { start, end: Math.min(start + fault.length, value.end) }
}

/** Fields of which a suggestion stands for the whole value. */
const WHOLE = new Set(['calendar', 'base', 'timezone'])

/** The text with the suggestion of a fault in place; null where there is none or where it belongs is not certain. */
export function mend(text: string, fault: Fault): string | null {
  const { suggestion, offset, path } = fault
  const place = suggestion === null ? null : placeOf(text, fault)
  if (!place || suggestion === null) return null
  const isCertain = offset !== null || WHOLE.has(path.at(-1) ?? '')
  if (!isCertain || !findValue(linesOf(text), fault)) return null
  return `${text.slice(0, place.start)}${suggestion}${text.slice(place.end)}`
}

interface Line {
  readonly text: string
  readonly start: number
}

function linesOf(text: string): readonly Line[] {
  let start = 0
  return text.split('\n').map((line) => {
    const found = { text: line, start }
    start += line.length + 1
    return found
  })
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length
}

/** The value of the field at fault, without quotes; null when it does not stand on a line of its own thing. */
function findValue(lines: readonly Line[], { line, path }: Fault): Place | null {
  // Of a setting's key, such as cache.tool-result.ttl, the last part is what is written on its line.
  const field = path.at(-1)?.split('.').at(-1) ?? ''
  const head = lines[line - 1]
  if (!head || field === '') return null
  for (const candidate of [head, ...bodyOf(lines, line)]) {
    const value = valueOn(candidate, field)
    if (value) return value
  }
  return null
}

/** The lines that follow a line and stand deeper. */
function bodyOf(lines: readonly Line[], line: number): readonly Line[] {
  const depth = indentOf(lines[line - 1]?.text ?? '')
  const following = lines.slice(line)
  const end = following.findIndex(({ text }) => text.trim() !== '' && indentOf(text) <= depth)
  return end < 0 ? following : following.slice(0, end)
}

function valueOn({ text, start }: Line, field: string): Place | null {
  const name = field.replaceAll(/[^\w-]/g, String.raw`\$&`)
  const found = new RegExp(`(?:^|[\\s{,"'-])${name}["']?:\\s+(?:"([^"]*)"|'([^']*)'|([^\\s"'{[#][^#,}]*))`).exec(text)
  const value = found?.slice(1).find((one) => one !== undefined)
  if (!found || value === undefined) return null
  const isQuoted = found[3] === undefined
  // A rule may have commas, as in `days 1, 15 of month`; only within braces do they end it.
  const plain = text.slice(0, found.index).includes('{') ? value : wholeOf(text, found)
  const shown = isQuoted ? value : plain.trimEnd()
  const at = start + found.index + found[0].length - value.length - Number(isQuoted)
  return { start: at, end: at + shown.length }
}

function wholeOf(text: string, found: RegExpExecArray): string {
  const from = found.index + found[0].length - (found[3] ?? '').length
  return text.slice(from).replace(/\s#.*$/, '')
}
