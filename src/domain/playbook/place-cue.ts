import type { CraftCue } from './craft-cue.ts'
import { CRAFT_CUES } from './craft-cues.ts'
import { CRAFT_RECORDS } from './craft-skills.ts'
import { cueWords, FILLERS, type CueWord } from './cue-words.ts'
import { NO_NAMES } from './lower-name.ts'
import { isName, type CraftPlacement } from './place-craft.ts'
import type { RecordAtHand, Slots } from './reading.ts'
import { monthsAsked, segmentAsked, timelineAsked } from './spans-asked.ts'

const MAX_CHARACTERS = 300
/** Figures of a time that is over are no skill's. */
const PAST = /\b(?:q[1-4]|(?:19|20)\d\d|last (?:quarter|year|month)|previous|year over year|yoy|years ago)\b/
const SINCE = /\bsince (?:last )\w+/
/** `..., mention the price list`: what the follow-up shall say besides. */
const NOTE = /[,;.]\s*(?:and )?(?<note>(?:mention|include|keep|say|add|make it|with the)\b.{2,200})$/i
const OF_DEALS = /\b(?:deal|opportunity|opp)\b/
const CLOCK = /^\d{1,2}(?::\d\d)?(?:am|pm|h)?$/
/** What comes after them is a thing, not a name. */
const NO_NAME_AFTER = new Set(['a', 'an', 'this', 'these', 'those', 'every', 'any', 'each', 'all', 'no', 'some'])
const JOINTS = new Set(['from', 'at', 'after'])
const OWNED = /^(?:the|my|your|his|her|our|their)$/
const RECORD_NOUN =
  /^(?:deal|opportunity|opp|account|client|customer|call|demo|meeting|renewal|contract|qbr|team|transcript|visit|review|sync|rollout|plan)s?$/
const MAX_NAME_WORDS = 4

interface Left {
  readonly name: string | undefined
  readonly isPossessive: boolean
}

const NOTHING_LEFT: Left = { name: undefined, isPossessive: false }

/** Places a question by words that ask for one skill, when all its other words are a name or say nothing. */
export function placeCue(given: string, record: RecordAtHand | null): CraftPlacement | undefined {
  if (given.length > MAX_CHARACTERS) return undefined
  const note = NOTE.exec(given)
  const text = note ? given.slice(0, note.index) : given
  const words = cueWords(text)
  const plain = words.map((word) => word.plain).join(' ')
  const isPast = PAST.test(plain.replace(SINCE, ''))
  for (const cue of CRAFT_CUES) {
    if ((note && cue.skill !== 'draft-follow-up') || (isPast && !cue.isOfPast)) continue
    const placed = fit({ cue, text, words, plain }, record)
    if (placed) return note?.groups?.note ? withGiven(placed, { note: note.groups.note }) : placed
  }
  return undefined
}

interface Asked {
  readonly cue: CraftCue
  readonly text: string
  readonly words: readonly CueWord[]
  readonly plain: string
}

function fit(asked: Asked, record: RecordAtHand | null): CraftPlacement | undefined {
  const { cue, plain } = asked
  if (cue.isNotOfDeals && OF_DEALS.test(plain)) return undefined
  const used = usedBy(asked)
  const left = used && leftOver(asked, used)
  if (!left) return undefined
  const slots = slotsOf(cue, left, { record, isOfAsker: /\b(?:i|me|my|im)\b/.test(plain) })
  if (!slots) return undefined
  const spans = spansOf(cue.skill, plain)
  return spans && withGiven({ kind: 'skill', skill: cue.skill, slots }, { ...cue.input, ...spans })
}

/** The words that the cue's parts stand on; undefined when one of them is missing. */
function usedBy({ cue, words, plain }: Asked): ReadonlySet<number> | undefined {
  const used = new Set<number>()
  for (const part of cue.words) {
    const match = part.exec(plain)
    if (!match) return undefined
    let at = 0
    for (const [index, word] of words.entries()) {
      if (at < match.index + match[0].length && at + word.plain.length > match.index) used.add(index)
      at += word.plain.length + 1
    }
  }
  return used
}

/** The name among the words that are neither the cue's nor fillers; undefined when more than a name is left. */
function leftOver(asked: Asked, used: ReadonlySet<number>): Left | undefined {
  const { text, words } = asked
  const group = oneGroup(unusedGroups(asked, used), words)
  if (group === undefined || group === null) return group === null ? NOTHING_LEFT : undefined
  const last = words[group.to - 1]
  if (!last || isThing(words, group)) return undefined
  const owner = group.to - group.from === 1 ? ownerEnd(last, used.has(group.to)) : undefined
  const name = text.slice(words[group.from]?.start, owner ?? last.end)
  return isRecordName(name) ? { name, isPossessive: last.isPossessive || owner !== undefined } : undefined
}

/** `this recording`, `my plant`, `the recruiter`: in small letters a thing, unless a noun of records follows. */
function isThing(words: readonly CueWord[], { from, to }: Group): boolean {
  const before = words[from - 1]?.plain ?? ''
  if (NO_NAME_AFTER.has(before)) return true
  const isSmall = words[from]?.isCapital === false && to - from === 1
  return isSmall && OWNED.test(before) && !RECORD_NOUN.test(words[to]?.plain ?? '')
}

interface Group {
  readonly from: number
  /** Behind its last word. */
  readonly to: number
}

/** Runs of words that say something and are not the cue's; an ampersand holds a run together, a possessive ends it. */
function unusedGroups({ cue, words }: Asked, used: ReadonlySet<number>): Group[] {
  const groups: Group[] = []
  for (const [index, word] of words.entries()) {
    if (used.has(index) || isSilent(word) || (cue.beside?.test(word.plain) && !goesWithName(words, index))) continue
    const before = groups.at(-1)
    if (before && goesOn(words, before, index)) groups[groups.length - 1] = { from: before.from, to: index + 1 }
    else groups.push({ from: index, to: index + 1 })
  }
  return groups
}

function isSilent({ plain, isMark }: CueWord): boolean {
  return isMark || FILLERS.has(plain) || plain.includes(' ') || CLOCK.test(plain)
}

function goesOn(words: readonly CueWord[], before: Group, index: number): boolean {
  if (before.to === index) return words[index - 1]?.isPossessive === false
  return before.to === index - 1 && words[index - 1]?.plain === '&'
}

/** A word of the trade with a capital, beside a name: part of it. */
function goesWithName(words: readonly CueWord[], index: number): boolean {
  const [before, word] = [words[index - 1], words[index]]
  return word?.isCapital === true && index > 1 && before?.isCapital === true && !FILLERS.has(before.plain)
}

/** `Rosa from Kettlewell` is asked about for Kettlewell's sake. Null when there is none, undefined when there are more. */
function oneGroup(groups: readonly Group[], words: readonly CueWord[]): Group | null | undefined {
  const [first, second] = groups
  if (!second) return first ?? null
  const near = words[second.from - 1]?.plain ?? ''
  const joint = OWNED.test(near) ? words[second.from - 2]?.plain : near
  const isPersonOf = first && first.to - first.from <= 2 && JOINTS.has(joint ?? '')
  return groups.length === 2 && isPersonOf ? second : undefined
}

/** `devons numbers`: where a name ends that was written without its apostrophe. */
function ownerEnd(last: CueWord, isBeforeCue: boolean): number | undefined {
  if (last.isPossessive || !isBeforeCue || last.plain.length < 5 || !/[^su]s$/.test(last.plain)) return undefined
  return last.isCapital ? undefined : last.end - 1
}

function isRecordName(name: string): boolean {
  const words = name.split(/\s+/)
  if (words.length > MAX_NAME_WORDS + 2 || words.some((word) => NO_NAMES.has(word))) return false
  return isName(name)
}

interface Around {
  readonly record: RecordAtHand | null
  readonly isOfAsker: boolean
}

function slotsOf(cue: CraftCue, { name, isPossessive }: Left, around: Around): Slots | undefined {
  if (cue.name !== 'none') return name === undefined ? unnamedSlots(cue, around) : { name }
  if (name === undefined) return {}
  if (!isPossessive) return undefined
  return cue.skill === 'review-pipeline' ? { rep: name } : { given: { csm: name } }
}

/** Nothing to fill in: the record at hand is meant, or the answer asks which; undefined when neither may be. */
function unnamedSlots({ skill, name: wanted }: CraftCue, { record, isOfAsker }: Around): Slots | undefined {
  if (wanted === 'may' || (wanted === 'person' && isOfAsker)) return {}
  if (wanted !== 'must' || record === null || skill === 'review-pipeline') return undefined
  const isMeant = CRAFT_RECORDS[skill]?.kinds.includes(record.kind) === true
  return isMeant || skill === 'draft-follow-up' ? {} : undefined
}

function spansOf(skill: CraftCue['skill'], plain: string): Record<string, string | number> | undefined {
  if (skill === 'plan-success') return timelineAsked(plain)
  const months = skill === 'forecast-renewals' ? monthsAsked(plain) : {}
  if (months === undefined) return undefined
  if (skill === 'forecast-renewals') return { ...months, ...segmentAsked(plain) }
  return skill === 'review-portfolio' ? segmentAsked(plain) : {}
}

function withGiven(placed: CraftPlacement, more: Readonly<Record<string, string | number>>): CraftPlacement {
  if (Object.keys(more).length === 0) return placed
  return { ...placed, slots: { ...placed.slots, given: { ...placed.slots.given, ...more } } }
}
