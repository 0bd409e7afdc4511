/** A call as it is kept: one line per turn of speech, `[mm:ss] Name: words`. Times and names may be missing. */

export interface SpokenLine {
  /** Of the stored text, the first line being 1: what a quote is cited by. */
  readonly line: number
  readonly speaker: string | null
  /** Seconds from the beginning of the call. */
  readonly atSeconds: number | null
  readonly text: string
}

/** What one turn of speech is before it has a line. */
export type Turn = Omit<SpokenLine, 'line'>

const MAX_NAME = 60
const CLOCK = String.raw`(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(?:[.,]\d{1,3})?`
const TIME_FIRST = new RegExp(String.raw`^[[(]${CLOCK}[\])]\s*(?:-\s*)?`)
const TIME_LAST = new RegExp(String.raw`\s*[[(]${CLOCK}[\])]$`)
/** A name has letters and no sentence inside; `https:` and `10:30` are no names. */
const NAMED = /^([^:()[\]<>{}|"?!;]{1,80}(?:\([^()]{0,40}\)|\[[^[\]]{0,40}\])?)\s*:(?!\/\/)\s*(.*)$/su
// eslint-disable-next-line no-control-regex -- what a terminal or a bidirectional trick would obey, not read
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Recorders cut speech every few seconds; one speaker going on is one turn, up to where it gets too long to cite. */
const MAX_JOINED = 600

/** Adds a turn, joined to the one before when the same speaker goes on. */
export function addTurn(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1)
  const speaker = turn.speaker ?? last?.speaker ?? null
  if (last !== undefined && last.speaker === speaker && last.text.length + turn.text.length < MAX_JOINED) {
    turns[turns.length - 1] = { ...last, text: `${last.text} ${turn.text}` }
  } else turns.push({ ...turn, speaker })
}

/** Words without control characters and halves of pairs, and on one line. */
export function cleanWords(text: string): string {
  return text.toWellFormed().replaceAll(UNPRINTABLE, '').replaceAll(/\s+/g, ' ').trim()
}

/** `75` as `01:15`, `3675` as `1:01:15`. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`
}

/** Turns in the one form in which calls are stored. */
export function writeTranscript(turns: readonly Turn[]): string {
  return turns
    .map(({ speaker, atSeconds, text }) =>
      [atSeconds === null ? '' : `[${clockText(atSeconds)}] `, speaker === null ? '' : `${speaker}: `, text].join(''),
    )
    .join('\n')
}

/**
 * Reads stored or plain text: `Name: words` with or without a time before the name or behind it, or the speaker on a line
 * of its own with the words below. Lines without a name go on with the speaker before them, each under its own number.
 */
export function readTranscript(body: string): SpokenLine[] {
  const found: SpokenLine[] = []
  let heading: Turn | undefined
  let speaker: string | null = null
  body.split(/\r\n|\r|\n/).forEach((raw, index) => {
    const read = readLine(raw)
    if (read === undefined) return
    speaker = read.speaker ?? speaker
    if (read.text !== '') {
      // A time that stood on the speaker's own line belongs to the words below it.
      const atSeconds = read.atSeconds ?? heading?.atSeconds ?? null
      found.push({ line: index + 1, speaker, atSeconds, text: read.text })
    }
    heading = read.text === '' ? read : undefined
  })
  return found
}

/** One line of text; undefined when it is empty. `text` is empty where only a name or a time stands. */
export function readLine(raw: string): Turn | undefined {
  const line = cleanWords(raw)
  if (line === '') return undefined
  const first = TIME_FIRST.exec(line)
  const atFirst = first === null ? null : secondsOf(first)
  const rest = first === null ? line : line.slice(first[0].length)
  const named = NAMED.exec(rest)
  if (named === null) return headingOrWords(rest, atFirst)
  const label = named[1] ?? ''
  const behind = TIME_LAST.exec(label)
  const name = behind === null ? label.trim() : label.slice(0, behind.index).trim()
  if (!isName(name)) return { speaker: null, atSeconds: atFirst, text: rest }
  return { speaker: name, atSeconds: behind === null ? atFirst : secondsOf(behind), text: named[2] ?? '' }
}

/** `Dana Fox (12:03)` alone on its line names who speaks next; `Dana Fox` alone could be anything and stays words. */
function headingOrWords(rest: string, atSeconds: number | null): Turn {
  const behind = TIME_LAST.exec(rest)
  const name = behind === null ? '' : rest.slice(0, behind.index).trim()
  if (behind !== null && isName(name)) return { speaker: name, atSeconds: secondsOf(behind), text: '' }
  if (atSeconds !== null && isBareName(rest)) return { speaker: rest, atSeconds, text: '' }
  return { speaker: null, atSeconds, text: rest }
}

/** Two to four capitalised words and nothing else: what stands behind a time when it is a name. */
export function isBareName(text: string): boolean {
  return isName(text) && /^\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*){1,3}$/u.test(text)
}

/** Six words at most, none of them the start of a sentence as "Note" or "One thing" would be before a colon. */
function isName(text: string): boolean {
  if (text.length === 0 || text.length > MAX_NAME || !/\p{L}/u.test(text)) return false
  const words = text.split(' ')
  return words.length <= 6 && words.every((word) => /^[\p{Lu}\p{N}(&@'-]/u.test(word) || PARTICLES.has(word))
}

const PARTICLES: ReadonlySet<string> = new Set(
  'van von de der den da di del la le bin al and of the from at ten ter dos e y'.split(' '),
)

function secondsOf([, hours, minutes, seconds]: RegExpExecArray): number {
  return Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds)
}
