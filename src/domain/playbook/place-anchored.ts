import { ANCHORED_CUES } from './anchored-cues.ts'
import { cueWords } from './cue-words.ts'
import { findNames } from './find-names.ts'
import type { PlaybookSkill } from './intents.ts'
import { ORDERS } from './lexicon.ts'
import type { Slots } from './reading.ts'
import { timelineAsked } from './spans-asked.ts'
import { isName } from './place-craft.ts'
import { tagWords, type TaggedToken } from './tag-words.ts'
import { tokenise } from './tokens.ts'

const MAX_CHARACTERS = 300
const MAX_NAME_WORDS = 6
/** Written large by everybody, and nobody's name. */
const ACRONYM =
  /^(?:QBRs?|EBRs?|[A-Z]?[CV][A-Z]{1,2}O?|MEDDPICC|MEDDIC|BANT|ROI|IT|HR|ARR|NDA|SLA|CRM|ERP|Q[1-4]|H[12]|AE|AEs|CSMs?|PO)$/
/** Stands for the name while the words around it are compared. */
const STAND_IN = 'NAME'

/** Places a question with exactly one name in it by words that ask for one skill, whatever else is said around them. */
export function placeAnchored(text: string): { kind: 'skill'; skill: PlaybookSkill; slots: Slots } | undefined {
  if (text.length > MAX_CHARACTERS) return undefined
  const name = onlyName(text)
  if (name === undefined) return undefined
  const plain = around(text, name)
  // In Ohio: a place, not a record.
  if (/\bin NAME\b/.test(plain)) return undefined
  const cue = ANCHORED_CUES.find(
    ({ words, unless }) => words.every((word) => word.test(plain)) && unless?.test(plain) !== true,
  )
  if (cue === undefined) return undefined
  const given = cue.skill === 'plan-success' ? timelineAsked(plain) : {}
  return {
    kind: 'skill',
    skill: cue.skill,
    slots: { name, ...(Object.keys(given).length === 0 ? {} : { given }) },
  }
}

/** The one name of a text; undefined when there is none or more than one. */
function onlyName(text: string): string | undefined {
  const tokens = tagWords(tokenise(text))
  const found = findNames(text, tokens).flatMap((span) => withoutAcronym(span.text))
  const names = new Set(found.length > 0 ? found : firstWord(text, tokens))
  const [name] = names
  if (name === undefined || names.size > 1 || name.split(/\s+/).length > MAX_NAME_WORDS) return undefined
  return isName(name, true) ? name : undefined
}

/** The Acme QBR is Acme's. */
function withoutAcronym(name: string): string[] {
  const rest = name.split(/\s+/).filter((word) => !ACRONYM.test(word))
  return rest.length > 0 && name.includes(rest.join(' ')) ? [rest.join(' ')] : []
}

/** `Calder wants to cancel`: a word that nobody knows, large at the beginning. */
function firstWord(text: string, tokens: readonly TaggedToken[]): string[] {
  const [first] = tokens
  const isNamed = first?.isCapital === true && first.tag === 'unknown' && !ORDERS.has(first.word)
  return isNamed ? [text.slice(first.start, first.end)] : []
}

/** The question in plain words, its name as `NAME`. */
function around(text: string, name: string): string {
  return cueWords(text.replaceAll(name, STAND_IN))
    .filter((word) => !word.isMark)
    .map((word) => (word.plain === STAND_IN.toLowerCase() ? STAND_IN : word.plain))
    .join(' ')
}
