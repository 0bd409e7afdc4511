import { cutText } from '../cut-text.ts'
import { isDay } from '../day.ts'
import { at, listAt, numberAt } from '../playbook/json-reader.ts'
import {
  MAX_TURN_CHARACTERS,
  type CallFault,
  type ParsedCall,
  type ParsedCalls,
  type Party,
  type Side,
} from './parsed-call.ts'
import { tooLong } from './parse-plain-call.ts'
import { addTurn, cleanWords, type Turn } from './transcript.ts'

/**
 * Reads the JSON of call recorders of Gong's form: one call, a list of them, or `{calls}` / `{callTranscripts}`. A call is
 * `{metaData?: {id, title, started}, parties: [{speakerId, name, affiliation, emailAddress}], transcript: [{speakerId,
 * sentences: [{start, end, text}]}]}`, times in milliseconds. Faults name the call by its place, `line` being that place.
 */
export function parseJsonCalls(text: string): ParsedCalls {
  const parsed = parse(text)
  if ('reason' in parsed) return { calls: [], faults: [parsed] }
  const found = callsOf(parsed.value)
  if (found.length === 0) return { calls: [], faults: [{ line: 1, reason: NO_CALL }] }
  const calls: ParsedCall[] = []
  const faults: CallFault[] = []
  found.forEach((value, index) => {
    const call = readCall(value, index + 1)
    if ('reason' in call) faults.push(call)
    else calls.push(call)
  })
  return { calls, faults }
}

const NO_CALL = 'No call in this JSON: a call has "transcript", a list of {speakerId, sentences: [{start, end, text}]}.'

function parse(text: string): { value: unknown } | CallFault {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    // Where it breaks is all there is to say; the position's own words differ between engines.
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    const line = position === undefined ? text.split('\n').length : text.slice(0, Number(position)).split('\n').length
    return { line, reason: 'This is not valid JSON from here on. Export the calls again.' }
  }
}

function callsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => callsOf(one))
  for (const key of ['calls', 'callTranscripts']) if (Array.isArray(at(value, key))) return callsOf(at(value, key))
  return Array.isArray(at(value, 'transcript')) ? [value] : []
}

function readCall(value: unknown, place: number): ParsedCall | CallFault {
  const parties = listAt(value, 'parties')
    .slice(0, 200)
    .flatMap((party) => readParty(party))
  const names = new Map(
    parties.flatMap(({ speakerId, name }) => (speakerId === null ? [] : [[speakerId, name] as const])),
  )
  const turns = listAt(value, 'transcript').flatMap((part) => readTurns(part, names))
  if (turns.length === 0) return { line: place, reason: `Call ${place} of the file has no sentence.` }
  const long = turns.find((turn) => turn.text.length > MAX_TURN_CHARACTERS)
  if (long) return { line: place, reason: `Call ${place} of the file: ${tooLong(long.text.length)}` }
  const started = first(value, ['metaData', 'started'], ['started'], ['metaData', 'scheduled'])
  const day = started?.slice(0, 10) ?? null
  if (day !== null && !isDay(day)) return { line: place, reason: `Call ${place} of the file: "${day}" is not a day.` }
  return {
    line: place,
    id: first(value, ['metaData', 'id'], ['callId'], ['id']),
    title: first(value, ['metaData', 'title'], ['title']),
    onDay: day,
    deal: first(value, ['deal'], ['metaData', 'deal']),
    client: first(value, ['client'], ['metaData', 'client']),
    rep: first(value, ['rep'], ['metaData', 'rep']) ?? parties.find((party) => party.side === 'us')?.name ?? null,
    parties: parties.map(({ name, email, side }) => ({ name, email, side })),
    turns: inOrder(turns),
  }
}

/** The first of the places that holds words or a number. */
function first(value: unknown, ...paths: readonly (readonly string[])[]): string | null {
  for (const path of paths) {
    const found = at(value, ...path)
    if (typeof found === 'string' && cleanWords(found) !== '') return cutText(cleanWords(found), 300)
    if (typeof found === 'number') return String(found)
  }
  return null
}

function readParty(party: unknown): (Party & { speakerId: string | null })[] {
  const email = first(party, ['emailAddress'], ['email'])
  const name = first(party, ['name']) ?? email
  if (name === null) return []
  // A colon would end the name in the stored text, a semicolon in the list of people.
  const safe = cutText(
    name
      .replaceAll(/[:;<>()[\]]/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
    60,
  )
  return safe === ''
    ? []
    : [
        {
          speakerId: first(party, ['speakerId'], ['id']),
          name: safe,
          email,
          side: sideOf(first(party, ['affiliation'])),
        },
      ]
}

function sideOf(affiliation: string | null): Side {
  if (affiliation === null) return 'unknown'
  if (/^internal$/i.test(affiliation)) return 'us'
  return /^external$/i.test(affiliation) ? 'them' : 'unknown'
}

function readTurns(part: unknown, names: ReadonlyMap<string, string>): (Turn & { startMs: number | null })[] {
  const id = first(part, ['speakerId'])
  const speaker =
    id === null ? null : (names.get(id) ?? `Speaker ${cutText(id.replaceAll(/[^\p{L}\p{N}-]/gu, ''), 20)}`)
  return listAt(part, 'sentences').flatMap((sentence) => {
    const said = at(sentence, 'text')
    const text = typeof said === 'string' ? cleanWords(said) : ''
    const startMs = numberAt(sentence, 'start')
    return text === ''
      ? []
      : [{ speaker, text, startMs, atSeconds: startMs === null ? null : Math.floor(startMs / 1000) }]
  })
}

/** Sentences of one breath are one turn; parts of a call may come out of order. */
function inOrder(turns: readonly (Turn & { startMs: number | null })[]): Turn[] {
  const isTimed = turns.every((turn) => turn.startMs !== null)
  const sorted = isTimed ? turns.toSorted((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0)) : turns
  const joined: Turn[] = []
  for (const { speaker, atSeconds, text } of sorted) addTurn(joined, { speaker, atSeconds, text })
  return joined
}
