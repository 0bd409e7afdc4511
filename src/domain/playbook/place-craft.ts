import { CRAFT_PATTERNS } from './craft-patterns.ts'
import type { CraftPattern } from './craft-shape.ts'
import { CRAFT_RECORDS, type CraftSkill } from './craft-skills.ts'
import { THINGS } from './cue-words.ts'
import type { RecordAtHand, Slots } from './reading.ts'
import { segment } from './segments.ts'

/** A question whose whole shape asks for one skill, with what it says of the skill's input. */
export interface CraftPlacement {
  readonly kind: 'skill'
  readonly skill: CraftSkill | 'review-pipeline'
  readonly slots: Slots
}

const MAX_CHARACTERS = 500
const POLITE =
  /^\s*(?:(?:please|hey|ok|okay|so|and|now|then|just|pls|kindly)\b[,\s]*)*(?:(?:can|could|would|will) (?:you|we|i)(?: please)? |(?:i(?:'d| would) like (?:you to |to )?|i want (?:you to |to )?|let(?:'s| us) |help me (?:to )?(?=draft|write|plan|build|review))|(?:we|i) should )?/i
const POINTING =
  /^(?:(?:this|that|the|my|our|today's|yesterday's|last|latest) (?:one|deal|client|account|customer|rep|opportunity|call|meeting|demo)|(?:today|yesterday)(?:'s)?|it|this|that|them|here|they|her|him|us)$/i
/** What stands in a name's place and is none. */
const NO_NAME =
  /\b(?:my|your|exam|interview|wedding|holiday|vacation|christmas|marathon|test|trip|party|dinner|climate|planet|world|government|country|landlord|neighbou?r|teacher|doctor|friend|time|money|energy|weight|life|job|career|boss|myself|yourself|somebody|someone|anybody|anyone|nobody|everyone|everybody|people|something|anything|nothing|everything|whole|every|all|each|any|top|best|worst|biggest|largest|next|last|new|most|other|others|nuclear|war|weather)\b/i

const NOT_OF_DEALS: ReadonlySet<string> = new Set(['plan-intervention', 'review-performance', 'plan-skills'])

/** Places what is asked in one of the known shapes; undefined when none fits or nothing stands in the name's place. */
export function placeCraft(text: string, record: RecordAtHand | null): CraftPlacement | undefined {
  if (text.length > MAX_CHARACTERS) return undefined
  const asked = askedPart(text)
  const isOfDeal = /\b(?:deal|opportunity|opp)\b/i.test(asked)
  for (const pattern of CRAFT_PATTERNS) {
    // What to do about a deal, and where it is weak, is coaching.
    if (isOfDeal && NOT_OF_DEALS.has(pattern.skill)) continue
    const groups = pattern.shape.exec(asked)?.groups
    const placed = groups === undefined && !pattern.shape.test(asked) ? undefined : fit(pattern, { ...groups }, record)
    if (placed) return placed
  }
  return undefined
}

/** The text without greeting, address and politeness; straight quotes, for the shapes. */
function askedPart(text: string): string {
  const start = segment(text)[0]?.start ?? 0
  return text
    .slice(start)
    .replaceAll(/[\u2018\u2019]/g, "'")
    .trim()
    .replace(POLITE, '')
}

interface Groups {
  readonly name?: string
  readonly said?: string
  readonly months?: string
}

function fit(pattern: CraftPattern, groups: Groups, record: RecordAtHand | null): CraftPlacement | undefined {
  if (pattern.skill !== 'handle-objection') return fitRecord(pattern, groups, record)
  return pattern.isWeak && !isObjection(groups, record) ? undefined : fitObjection(groups, record)
}

function fitRecord(pattern: CraftPattern, groups: Groups, record: RecordAtHand | null): CraftPlacement | undefined {
  const { skill } = pattern
  const given = givenBy(pattern, groups)
  if (given === undefined) return undefined
  const slots = Object.keys(given).length > 0 ? { given } : {}
  const wanted = skill === 'review-pipeline' ? null : CRAFT_RECORDS[skill]
  if (wanted === null) return { kind: 'skill', skill, slots }
  const name = groups.name === undefined ? undefined : cleanName(groups.name)
  if (name !== undefined && !POINTING.test(name))
    return isName(name, pattern.isWeak) ? { kind: 'skill', skill, slots: { ...slots, name } } : undefined
  // Without a name it is the record at hand; without one of that kind the answer asks which.
  return !pattern.isWeak || isAtHand(record, wanted.kinds) ? { kind: 'skill', skill, slots } : undefined
}

function isAtHand(record: RecordAtHand | null, kinds: readonly string[]): boolean {
  return record !== null && kinds.includes(record.kind)
}

/** Undefined when the question asks for more months than there are. */
function givenBy({ input }: CraftPattern, { months }: Groups): Record<string, string | number> | undefined {
  if (months === undefined) return { ...input }
  const number = monthsOf(months)
  return number === undefined ? undefined : { ...input, months: number }
}

/** Said by nobody in particular, "they say" begins any sentence: it takes a word of objections, and beside no deal a buyer. */
const OBJECTS =
  /\b(?:too (?:expensive|pricey|long|much|small|big|late|early|complicated|risky)|expensive|price|pricing|costs?|budget|cheaper|discount|already (?:have|use|using)|happy with|no need|not (?:now|ready|interested|the (?:one|right)|a (?:good|priority))|(?:does|do)n'?t need|wait|next year|decides?|decision|switch(?:ing)?|migrat\w+|implementation|integration|locked in|spreadsheets?|discount|\d+ ?(?:%|percent)|monthly|cancel|terms?|value|benefit|capacity|bandwidth|resources|priority|budget|commitment|think (?:about it|it over)|(?:in|within) (?:\w+ )?(?:months|weeks)|send (?:me|us) (?:some(?:thing| info\w*)|info\w*|an? e?-?mail)|call (?:me|us) (?:back|again|later)|in-?house|(?:them|our|your)selves|competitors?|happy|vendor|supplier|tool|boss|risk|security|data)\b/i

/** Said of the whole contract it is no objection any more. */
const LEAVES = /^(?:wants? )?(?:to )?(?:cancel|leave|terminate|churn|quit)\b/i

function isObjection({ said, name }: Groups, record: RecordAtHand | null): boolean {
  if (said === undefined || !OBJECTS.test(said) || LEAVES.test(said)) return false
  return record?.kind === 'deal' || name === undefined || isName(cleanName(name))
}

function fitObjection({ said, name }: Groups, record: RecordAtHand | null): CraftPlacement | undefined {
  const objection = said?.trim().replace(/^that /i, '') ?? ''
  if (objection.length < 3) return undefined
  const about = aboutDeal(name, record)
  return (
    about && { kind: 'skill', skill: 'handle-objection', slots: { given: { objection, ...about.at }, ...about.named } }
  )
}

/** The deal that an objection was raised on; undefined when it was somebody of no deal. */
function aboutDeal(
  name: string | undefined,
  record: RecordAtHand | null,
): { at: { deal?: string }; named: { name?: string } } | undefined {
  const at = record?.kind === 'deal' ? { deal: record.id } : {}
  if (name === undefined) return { at, named: {} }
  if (ASKING.test(name)) return undefined
  const deal = dealSaid(name)
  if (deal !== undefined) return { at: {}, named: { name: deal } }
  // `My landlord says` tells of no deal, unless one is at hand.
  return record?.kind === 'deal' ? { at, named: {} } : undefined
}

/** `What did Acme say ...`: asked, not told. */
const ASKING = /^(?:what|which|who|when|where|why|how|did|does|do|is|are|if|has|have|can)\b/i

/** `Rosa at Kettlewell says`: the objection is Kettlewell's. */
function dealSaid(name: string): string | undefined {
  if (/^(?:[Mm]y|[Tt]he|[Aa]n?|[Ss]ome|[Oo]ur) [^\p{Lu}]*$/u.test(name.trim())) return undefined
  const subject = cleanName(name).replace(/^\S+(?: \S+)? (?:at|from) /, '')
  return isName(subject) ? subject : undefined
}

function cleanName(text: string): string {
  return text
    .trim()
    .replace(/^["“'](.*)["”']$/, '$1')
    .replace(/^(?:the|our|my)\s+(?=\S+\s+(?:deal|call|meeting)$|\p{Lu})/iu, '')
    .replace(/\s+for the (?:next|coming)\b.*$/i, '')
    .replace(/\s+(?:after|before|from|since)\s+(?:i|we|the|my|our|today'?s|yesterday'?s|last|this)\b.*$/i, '')
    .replace(/\s+as an?$/i, '')
    .replace(/\s+(?:deal|account|client|customer|call|meeting)$/i, '')
    .trim()
}

const NUMBER_WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']

function monthsOf(word: string): number | undefined {
  const number = /^\d+$/.test(word) ? Number(word) : NUMBER_WORDS.indexOf(word.toLowerCase()) + 1
  return number >= 1 && number <= 12 ? number : undefined
}

/** A capital or a digit makes a name; all in small letters only a few words that are nobody's everyday ones. */
export function isName(name: string, mustHaveCapital = false): boolean {
  if (/\p{Lu}|\w-\d/u.test(name)) return name.split(/\s+/).length <= 12
  return (
    !mustHaveCapital &&
    !NO_NAME.test(name) &&
    !name.split(/\s+/).some((word) => THINGS.has(word)) &&
    name.split(/\s+/).length <= 4
  )
}
