import { isDay } from '../day.ts'
import { MAX_TURN_CHARACTERS, type CallFault, type ParsedCall, type ParsedCalls } from './parsed-call.ts'
import { cleanWords, isBareName, readLine, type Turn } from './transcript.ts'

const SEPARATOR = /^\s*(?:={3,}|-{3,})\s*$/
const HEADER = /^\s*(title|call|date|day|deal|client|rep|id)\s*:\s*(\S.*)$/i

interface NumberedLine {
  readonly line: number
  readonly text: string
}

/**
 * Reads calls from plain text. A file may hold several: a line of `===` with a header below it begins the next one. The
 * header is optional lines `Title: ...`, `Date: 2026-03-04`, `Deal: ...`, `Client: ...`, `Rep: ...` before the first words.
 */
export function parsePlainCalls(text: string): ParsedCalls {
  const calls: ParsedCall[] = []
  const faults: CallFault[] = []
  for (const lines of inCalls(text)) {
    const result = readCall(lines)
    if ('reason' in result) faults.push(result)
    else calls.push(result)
  }
  return { calls, faults }
}

function inCalls(text: string): NumberedLine[][] {
  const all = text.split(/\r\n|\r|\n/).map((line, index) => ({ line: index + 1, text: line }))
  const parts: NumberedLine[][] = [[]]
  all.forEach((line, index) => {
    const next = all.slice(index + 1, index + 4).find((other) => other.text.trim() !== '')
    if (SEPARATOR.test(line.text) && HEADER.test(next?.text ?? '')) parts.push([])
    else parts.at(-1)?.push(line)
  })
  const written = parts.filter((lines) => lines.some((line) => line.text.trim() !== ''))
  return written.length > 0 ? written : [all.slice(0, 1)]
}

function readCall(lines: readonly NumberedLine[]): ParsedCall | CallFault {
  const first = lines.find((line) => line.text.trim() !== '')?.line ?? 1
  const { header, rest } = readHeader(lines)
  const field = (...names: readonly string[]): string | null =>
    names.map((name) => header.get(name)).find(Boolean) ?? null
  const onDay = field('date', 'day')
  if (onDay !== null && !isDay(onDay)) return { line: first, reason: `"${onDay}" is not a day. Write YYYY-MM-DD.` }
  const long = rest.find((line) => line.text.length > MAX_TURN_CHARACTERS)
  if (long) return { line: long.line, reason: tooLong(long.text.length) }
  const turns = joinedTurns(withNamedLines(rest))
  if (turns.length === 0) return { line: first, reason: 'Nothing is said in this call.' }
  if (turns.every((turn) => turn.speaker === null)) return { line: first, reason: NO_SPEAKER }
  return {
    line: first,
    id: field('id'),
    title: field('title', 'call'),
    onDay,
    deal: field('deal'),
    client: field('client'),
    rep: field('rep'),
    parties: [],
    turns,
  }
}

const NO_SPEAKER =
  'No line names who speaks. Each turn begins as "Name: words", with or without a time before the name.'

export function tooLong(characters: number): string {
  return `A line of ${characters.toLocaleString('en-US')} characters is no speech; up to ${MAX_TURN_CHARACTERS.toLocaleString('en-US')} are taken.`
}

function readHeader(lines: readonly NumberedLine[]): { header: Map<string, string>; rest: readonly NumberedLine[] } {
  const header = new Map<string, string>()
  for (const [index, line] of lines.entries()) {
    if (line.text.trim() === '') continue
    const match = HEADER.exec(line.text.slice(0, 500))
    if (match === null) return { header, rest: lines.slice(index) }
    header.set((match[1] ?? '').toLowerCase(), cleanWords(match[2] ?? ''))
  }
  return { header, rest: [] }
}

/** Where no line has a name before a colon, a line that is nothing but a name tells who says what stands below it. */
function withNamedLines(lines: readonly NumberedLine[]): readonly NumberedLine[] {
  if (lines.some((line) => readLine(line.text)?.speaker)) return lines
  return lines.map((line) => (isBareName(cleanWords(line.text)) ? { ...line, text: `${line.text.trim()}:` } : line))
}

/** Lines of one speaker without a time of their own are one turn, as subtitles and mail programs break them. */
function joinedTurns(lines: readonly NumberedLine[]): Turn[] {
  const turns: Turn[] = []
  let heading = NO_HEADING
  for (const { text } of lines) {
    const read = readLine(text)
    if (read === undefined) continue
    if (read.text !== '') {
      addWords(turns, {
        speaker: read.speaker ?? heading.speaker,
        atSeconds: read.atSeconds ?? heading.atSeconds,
        text: read.text,
      })
    }
    heading = read.text === '' ? read : NO_HEADING
  }
  return turns
}

const NO_HEADING: Turn = { speaker: null, atSeconds: null, text: '' }

function addWords(turns: Turn[], said: Turn): void {
  const last = turns.at(-1)
  const isNew = said.speaker !== null || said.atSeconds !== null
  if (last !== undefined && !isNew && last.text.length + said.text.length < MAX_TURN_CHARACTERS) {
    turns[turns.length - 1] = { ...last, text: `${last.text} ${said.text}` }
  } else turns.push({ ...said, speaker: said.speaker ?? last?.speaker ?? null })
}
