import { MAX_TURN_CHARACTERS, type CallFault, type ParsedCalls } from './parsed-call.ts'
import { tooLong } from './parse-plain-call.ts'
import { addTurn, cleanWords, readLine, type Turn } from './transcript.ts'

const CUE_TIME = /^\s*(?:(\d{1,4}):)?(\d{2}):(\d{2})[.,]\d{3}\s+-->\s+(?:\d{1,4}:)?\d{2}:\d{2}[.,]\d{3}(?:\s.*)?$/
const VOICE = /^<v(?:\.[^\s<>]*)?\s+([^<>]{1,200})>/
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&nbsp;': ' ',
  '&lrm;': '',
  '&rlm;': '',
}

/** Reads one WebVTT file: voice tags or `Name:` name the speaker; identifiers, settings, notes and styles are left out. */
export function parseVttCall(text: string): ParsedCalls {
  const lines = text.split(/\r\n|\r|\n/)
  const turns: Turn[] = []
  const faults: CallFault[] = []
  for (const block of inBlocks(lines)) {
    const read = readCue(block)
    if (read === undefined) continue
    if ('reason' in read) faults.push(read)
    else for (const turn of read.turns) addTurn(turns, turn)
  }
  if (faults.length > 0) return { calls: [], faults }
  if (turns.length === 0)
    return { calls: [], faults: [{ line: 1, reason: 'There is no cue with words in this file.' }] }
  if (turns.every((turn) => turn.speaker === null)) {
    const reason = 'No cue names who speaks, neither by a voice tag (<v Name>) nor as "Name: words".'
    return { calls: [], faults: [{ line: 1, reason }] }
  }
  const unknown = { id: null, title: null, onDay: null, deal: null, client: null, rep: null, parties: [] }
  return { calls: [{ line: 1, ...unknown, turns }], faults: [] }
}

interface Block {
  readonly line: number
  readonly lines: readonly string[]
}

function inBlocks(lines: readonly string[]): Block[] {
  const blocks: { line: number; lines: string[] }[] = []
  let open = false
  lines.forEach((line, index) => {
    if (line.trim() === '') open = false
    else if (open) blocks.at(-1)?.lines.push(line)
    else {
      blocks.push({ line: index + 1, lines: [line] })
      open = true
    }
  })
  return blocks
}

/** A cue's turns; undefined for the file's head, notes, styles and regions. */
function readCue({ line, lines }: Block): { turns: Turn[] } | CallFault | undefined {
  const at = lines.findIndex((text) => text.includes('-->'))
  if (at === -1 || /^(?:NOTE|STYLE|REGION|WEBVTT)\b/.test(lines[0] ?? '')) return undefined
  const time = CUE_TIME.exec((lines[at] ?? '').slice(0, 500))
  if (at > 1 || time === null)
    return { line: line + Math.max(at, 0), reason: 'This is no cue time, such as 00:01:02.000 --> 00:01:05.000.' }
  const payload = lines.slice(at + 1)
  const long = payload.findIndex((text) => text.length > MAX_TURN_CHARACTERS)
  if (long !== -1) return { line: line + at + 1 + long, reason: tooLong(payload[long]?.length ?? 0) }
  const atSeconds = Number(time[1] ?? 0) * 3600 + Number(time[2]) * 60 + Number(time[3])
  return { turns: payloadTurns(payload, atSeconds) }
}

function payloadTurns(payload: readonly string[], atSeconds: number): Turn[] {
  const turns: Turn[] = []
  for (const raw of payload) {
    const voice = VOICE.exec(raw.trim())
    const words = cleanWords(plain(raw))
    const named = voice === null ? readLine(words) : undefined
    const speaker = voice === null ? (named?.speaker ?? null) : cleanWords(plain(voice[1] ?? ''))
    const text = named?.speaker ? named.text : words
    const last = turns.at(-1)
    if (speaker === null && last !== undefined)
      turns[turns.length - 1] = { ...last, text: `${last.text} ${text}`.trim() }
    else if (text !== '') turns.push({ speaker, atSeconds, text })
  }
  return turns
}

/** Without tags and with its entities read; what stood between tags stays as words. */
function plain(text: string): string {
  return text
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&(?:amp|lt|gt|nbsp|lrm|rlm);/g, (entity) => ENTITIES[entity] ?? entity)
}
