import { NAME_TAILS, ORDERS, RECORD_NOUNS } from './lexicon.ts'
import { spanOf, type NameSpan } from './name-span.ts'
import type { TaggedToken } from './tag-words.ts'

const BEFORE_NAME = new Set([
  'on',
  'at',
  'with',
  'for',
  'about',
  'w/',
  'of',
  'is',
  'are',
  'does',
  'has',
  'will',
  'can',
  'why',
])
const MAX_LOWER_WORDS = 4

/** Without capitals: the one run of unknown words, in a place where a name stands. */
export function lowerName(text: string, tokens: readonly TaggedToken[]): NameSpan[] {
  const first = tokens.findIndex((token) => token.tag === 'unknown' && !ORDERS.has(token.word))
  if (first < 0) return []
  const from = BEGINS_LOWER.has(tokens[first - 1]?.word ?? '') ? first - 1 : first
  const to = lowerEnd(tokens, first)
  if (tokens.slice(from, to).some((token) => NO_NAMES.has(token.word))) return []
  const isOnly = !tokens.slice(to).some((token) => token.tag === 'unknown')
  return isOnly && to - from <= MAX_LOWER_WORDS && isNamePlace(tokens, from, to)
    ? [spanOf(text, tokens, { from, to })]
    : []
}

const BEGINS_LOWER = new Set(['old', 'new', 'live', 'high', 'three', 'copper'])
/** Known words that end invented and real company names. */
const ENDS_LOWER = new Set([
  'landing',
  'creek',
  'ridge',
  'lofts',
  'mesa',
  'arch',
  'oaks',
  'court',
  'crossing',
  'cove',
  'yard',
  'commons',
  'homes',
  'terrace',
  'square',
  'rivers',
  'valley',
  'grove',
  'heights',
  'place',
  'village',
  'field',
  'house',
  'row',
  'point',
  'company',
  'group',
  'management',
  'living',
  'works',
  'special',
  'pro',
  'plus',
  'basic',
  'advanced',
  'gate',
  'hill',
  'bay',
  'park',
  'street',
  'vale',
  'lane',
  'partners',
  'services',
  'property',
  'holdings',
])

/** Everyday nouns of the trade that follow or precede its words and name nobody. */
export const NO_NAMES: ReadonlySet<string> = new Set(
  'sick parental maternity hr eating fish meat fruit vegetables milk sugar bread rice chocolate eggs cheese dinner lunch breakfast gift gifts event events party ideas kids people internet printer screen computer phone door keys bank school doctor dinner trip travel hotel flight plane train bus money cash tax law legal security password login settings profile photo image video music song book books movie news politics government country city world market economy culture company staff employees hr finance payroll salary bonus insurance garden kitchen bathroom body skin heart brain sleep diet exercise sport sports running fitness yoga coffee tea water wine beer algorithm function server database api endpoint code script library framework language keyboard mouse cable base support service success journey experience relations satisfaction data list lists record records report reports address phone contract price pricing revenue target targets budget plan plans roadmap market website traffic campaign webinar email emails app software tool system job work home weight food world life love car house dog cat avocado game team office weather'.split(
    ' ',
  ),
)

function lowerEnd(tokens: readonly TaggedToken[], first: number): number {
  let end = first + 1
  while (end < tokens.length && !tokens[end - 1]?.isPossessive && goesOn(tokens, end)) end += 1
  return end
}

function goesOn(tokens: readonly TaggedToken[], index: number): boolean {
  const token = tokens[index]
  if (!token) return false
  const isPart = token.tag === 'unknown' || NAME_TAILS.has(token.word) || ENDS_LOWER.has(token.word)
  const isJoint = token.text === '&' || token.word === 'and'
  return isPart || /^\d+$/.test(token.word) || (isJoint && tokens[index + 1]?.tag === 'unknown')
}

function isNamePlace(tokens: readonly TaggedToken[], from: number, to: number): boolean {
  if (!tokens.some((token) => SPEAKS_OF_RECORDS.has(token.tag))) return false
  const before = tokens[from - 1]
  const after = tokens[to]
  if (tokens[to - 1]?.isPossessive) return true
  if (after && RECORD_NOUNS.has(after.word)) return true
  return (
    (isEnd(after) || isTopic(after)) &&
    (before === undefined || !before.isWord || BEFORE_NAME.has(before.word) || isTopic(before))
  )
}

function isTopic(token: TaggedToken | undefined): boolean {
  return token !== undefined && (SPEAKS_OF_RECORDS.has(token.tag) || RECORD_NOUNS.has(token.word))
}

/** Without one of these in the text, "at chess" is no client. */
const SPEAKS_OF_RECORDS: ReadonlySet<TaggedToken['tag']> = new Set<TaggedToken['tag']>([
  'deal',
  'deals',
  'pipeline',
  'client',
  'health',
  'usage',
  'coach',
  'risk',
  'clientRisk',
  'doing',
  'nextStep',
  'rate',
  'age',
  'win',
  'advance',
  'open',
  'standing',
  'checkOn',
])

function isEnd(token: TaggedToken | undefined): boolean {
  return (
    token === undefined ||
    !token.isWord ||
    [
      'please',
      'for',
      'doing',
      'today',
      'now',
      'with',
      'do',
      'is',
      'are',
      'has',
      'these',
      'or',
      'and',
      'taking',
      'to',
      'as',
      'a',
      'an',
      'our',
      'the',
      'still',
      'about',
      'in',
      'going',
      'really',
    ].includes(token.word)
  )
}
