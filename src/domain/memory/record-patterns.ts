import { NAME, NOW, PERSON, NO_RECORD, THEIR, THEY, type RecordPattern } from './record-words.ts'
import { SPOKEN_PATTERNS } from './spoken-patterns.ts'
import type { MemorySlot } from './slots.ts'

/** What a sentence says about a record, in the slot's own terms. */
export interface RecordStatement {
  readonly slot: MemorySlot
  /** null: only the sentence says it. */
  readonly value: string | null
  /** The record's name, when the pattern itself names it ("left Harbor Homes"). */
  readonly name: string | null
  /** The sentence denies what was true before it. */
  readonly isCorrection: boolean
}

const BUYER = '(?:economic buyer|decision[- ]maker|budget (?:owner|holder))'
const SPONSOR = '(?:executive sponsor|exec sponsor|sponsor)'
const ROLE_OPENING = String.raw`(?:is|will be|became|has become|takes over as|is taking over as|stepped up as)`
const PICKS =
  '(?:picked|chose|selected|went with|are going with|is going with|signed with|decided on|settled on|have picked|has picked|have chosen|has chosen)'
const LOOKS =
  '(?:(?:are|is|were|have been|has been) )?(?:also |now |still |seriously |actively )*(?:look(?:s|ed|ing)? at|evaluat(?:e|es|ing)|consider(?:s|ing)?|talk(?:s|ing)? to|compar(?:e|es|ing) us (?:with|to|against)|pilot(?:s|ing)?|trial(?:s|ing|ling)?|demo(?:s|ed|ing)|shortlist(?:s|ed)|got a (?:quote|demo|proposal) from|brought in)'

function pattern(source: string): RegExp {
  return new RegExp(source, 'u')
}

/** One line each; the first that fits wins. Sentences come with a lower-case opening and "they" for the record. */
const PATTERNS: readonly RecordPattern[] = [
  // who left
  {
    slot: 'champion_left',
    pattern: pattern(
      `^${THEIR}champion,? (?:(?<p>${PERSON}),? )?(?:has |is )?${NOW}(?:left|quit|resigned|departed|leaving|gone|moved on|out)(?: (?!a |the |us |me |with )(?<o>${NAME}))?(?: the company)?(?=$|[ ,.])(?! (?:a|the|me|us|his|her|no|feedback) )`,
    ),
  },
  {
    slot: 'champion_left',
    pattern: pattern(
      `^(?<p>${PERSON}), (?:who (?:was|is) )?${THEIR}champion(?: there)?,? (?:has |is )?${NOW}(?:left|quit|resigned|departed|leaving|gone|moved on)(?: (?<o>${NAME}))?`,
    ),
  },
  { slot: 'champion_left', pattern: pattern(`^we(?: have|'ve)? lost ${THEIR}champion\\b`), value: 'yes' },
  {
    slot: 'contact_left',
    pattern: pattern(
      `^(?<p>${PERSON}) (?:has |is )?${NOW}(?:left|quit|resigned from|departed from|leaving) (?<o>${NAME})(?=$|[ ,.])`,
    ),
  },
  {
    slot: 'contact_left',
    pattern: pattern(`^(?<p>${PERSON}) (?:is no longer|no longer works) (?:with|at) (?<o>${NAME}|them|the company)`),
  },
  {
    slot: 'contact_left',
    pattern: pattern(
      `^(?<p>${PERSON}) (?:has |is )?${NOW}(?:left the company|quit|resigned|leaving the company|no longer there|no longer works there)(?=$|[ ,.])`,
    ),
  },
  // who is who
  {
    slot: 'champion',
    pattern: pattern(
      `^(?:we have|there is|there's|they have|we've got|we have got) (?:still )?no champion\\b|^we (?:do not|don't) have a champion\\b`,
    ),
    value: 'none',
  },
  { slot: 'champion', pattern: pattern(`^(?<p>${PERSON}) ${ROLE_OPENING} ${NOW}${THEIR}champion\\b`) },
  {
    slot: 'champion',
    pattern: pattern(`^${THEIR}champion (?:there )?is ${NOW}(?<p>${PERSON})(?=$|[,.]| (?:from|in|who|the|their|now))`),
  },
  {
    slot: 'economic_buyer',
    pattern: pattern(
      `^(?:we have|there is|there's|they have) (?:still )?no ${BUYER}\\b|^we (?:do not|don't) have an? ${BUYER}\\b|^we (?:have not|haven't) (?:met|found|identified) (?:the|an|their) ${BUYER}\\b`,
    ),
    value: 'none',
  },
  {
    slot: 'economic_buyer',
    pattern: pattern(`^(?<p>${PERSON}),?(?: (?:their|the) [\\p{L}]+,)? ${ROLE_OPENING} ${NOW}${THEIR}${BUYER}\\b`),
  },
  {
    slot: 'economic_buyer',
    pattern: pattern(`^${THEIR}${BUYER} (?:there )?is ${NOW}(?<p>${PERSON})(?=$|[,.]| (?:from|in|who|the|their|now))`),
  },
  {
    slot: 'economic_buyer',
    pattern: pattern(
      `^(?<p>${PERSON}) (?:holds|controls|owns|signs off on|has to sign off on) (?:the|their) budget\\b`,
    ),
  },
  {
    slot: 'executive_sponsor',
    pattern: pattern(
      `^(?:we have|there is|there's|they have) (?:still )?no ${SPONSOR}\\b|^we (?:do not|don't) have an ${SPONSOR}\\b`,
    ),
    value: 'none',
  },
  { slot: 'executive_sponsor', pattern: pattern(`^(?<p>${PERSON}) ${ROLE_OPENING} ${NOW}${THEIR}${SPONSOR}\\b`) },
  {
    slot: 'executive_sponsor',
    pattern: pattern(
      `^${THEIR}${SPONSOR} (?:there )?is ${NOW}(?<p>${PERSON})(?=$|[,.]| (?:from|in|who|the|their|now))`,
    ),
  },
  // money and time
  {
    slot: 'budget',
    pattern: pattern(
      `^${THEIR}budget (?:is|was|has been|got) ${NOW}(?:confirmed|approved|signed off|secured|released)\\b|^(?:they|we) (?:have |has )?${NOW}(?:confirmed|approved|secured|signed off(?: on)?) (?:the|their) budget\\b`,
    ),
    value: 'confirmed',
  },
  {
    slot: 'budget',
    pattern: pattern(
      `^${THEIR}budget (?:is|was|has been|got) ${NOW}(?:frozen|on hold|put on hold|paused)\\b|^they (?:have |has )?${NOW}fro(?:ze|zen) (?:the|their) budget\\b`,
    ),
    value: 'frozen',
  },
  {
    slot: 'budget',
    pattern: pattern(
      `^${THEIR}budget (?:is|was|has been|got) ${NOW}(?:cut|slashed|reduced|halved|gone)\\b|^they (?:have |has )?${NOW}(?:cut|slashed|reduced|halved) (?:the|their) budget\\b`,
    ),
    value: 'cut',
  },
  {
    slot: 'budget',
    pattern: pattern(
      `^(?:they have|there is|there's|we have) (?:still )?no (?:\\w+ )?budget\\b|^they (?:do not|don't) have (?:a |any |the )?budget\\b`,
    ),
    value: 'none',
  },
  {
    slot: 'budget',
    pattern: pattern(
      `^${THEIR}budget is ${NOW}(?:about |around |roughly |up to )?(?<v>[$€£] ?\\d[\\d,.]*(?: ?(?:k|m|thousand|million))?|\\d[\\d,.]* ?(?:k|thousand|million|dollars|euros))\\b`,
    ),
  },
  {
    slot: 'timeline',
    pattern: pattern(
      `^(?:there is|there's|they have|we have)? ?(?:still )?no (?:clear |firm |fixed )?(?:timeline|timeframe|decision date)\\b|^they (?:do not|don't) have a (?:clear |firm )?timeline\\b`,
    ),
    value: 'none',
  },
  {
    slot: 'timeline',
    pattern: pattern(
      `^${THEIR}decision (?:is|comes|is due|is expected|will be made|will come|is planned)? ?(?:now )?(?<v>(?:by|before|at|in|on|due) .{3,40})$`,
    ),
  },
  {
    slot: 'timeline',
    pattern: pattern(
      `^${THEY} (?:will|plan to|want to|intend to|have to|need to|aim to|are going to)? ?(?:decide|sign|go live|make a decision|make the decision) (?<v>(?:by|before|at|in|on(?= (?:the )?(?:\\d|\\p{Lu}))|this|next) .{3,40})$`,
    ),
  },
  { slot: 'timeline', pattern: pattern(`^${THEIR}(?:timeline|go-live(?: date)?|target date) is ${NOW}(?<v>.{3,40})$`) },
  // against whom
  {
    slot: 'competitor',
    pattern: pattern(
      `^${THEY} (?:have |has )?${NOW}(?:dropped|ruled out|eliminated|rejected) (?:their |the )?(?<p>${NAME})(?=$|[,.]| as | from | and )`,
    ),
    value: 'none',
  },
  {
    slot: 'competitor',
    pattern: pattern(
      `^${THEY} ${NOW}(?:${PICKS}|${LOOKS}) (?<v>${NAME})(?=$|[,.]| (?:as|instead|too|again|now|today|over|for|and|because|since|after|this|last|next|yesterday|in|to))`,
    ),
  },
  {
    slot: 'competitor',
    pattern: pattern(`^(?<v>${NAME}) is ${NOW}(?:the|our|a|their) (?:main |only |new |biggest )?competitor\\b`),
  },
  {
    slot: 'competitor',
    pattern: pattern(`^${THEIR}(?:main |only |biggest )?competitor (?:there )?is ${NOW}(?<v>${NAME})(?=$|[,.])`),
  },
  {
    slot: 'competitor',
    pattern: pattern(
      `^(?:we're|we are|we) ${NOW}(?:compete|competing|up|going up|losing) (?:with|against|to) (?<v>${NAME})(?=$|[,.]| (?:here|there|now|again|on))`,
    ),
  },
  // what comes next, and how they feel
  { slot: 'next_step', pattern: pattern(`^${THEIR}next step (?:here |there )?is ${NOW}(?<v>.{5,120})$`) },
  {
    slot: 'renewal_intent',
    pattern: pattern(
      `^${THEY} (?:have |has )?${NOW}(?:will not|won't|do not want to|don't want to|are not going to|aren't going to|decided not to|do not plan to|don't plan to|are not) (?:be )?renew(?:ing)?\\b|^${THEY} (?:will|plan to|want to|are going to|intend to|decided to) (?:cancel|churn|leave us|terminate)\\b`,
    ),
    value: 'will not renew',
  },
  {
    slot: 'renewal_intent',
    pattern: pattern(
      `^${THEY} (?:have |has )?${NOW}(?:will|plan to|want to|intend to|are going to|decided to|agreed to|committed to|confirmed they will|are) ${NOW}renew(?:ing)?\\b`,
    ),
    value: 'will renew',
  },
  {
    slot: 'renewal_intent',
    pattern: pattern(`^${THEY} (?:are|is) ${NOW}undecided (?:about|on) (?:the |their )?renew`),
    value: 'undecided',
  },
  {
    slot: 'sentiment',
    pattern: pattern(
      `^${THEY} (?:are|is) ${NOW}(?:unhappy|frustrated|annoyed|angry|upset|disappointed|dissatisfied|furious|not happy)\\b`,
    ),
    value: 'negative',
  },
  {
    slot: 'sentiment',
    pattern: pattern(
      `^${THEY} (?:are|is) ${NOW}(?:happy|delighted|pleased|satisfied|thrilled|impressed) (?:with|about|by)\\b(?! (?:what they|their|the (?:current|existing|old)))`,
    ),
    value: 'positive',
  },
]

const NO_PERSON =
  /^(?:The|They|Our|Their|We|He|She|It|This|That|Who|Nobody|No|One|Everyone|Somebody|Someone|Monday|Tuesday|Wednesday|Thursday|Friday|Today)$/

/** What the sentence says about a record, or null. Sentences that doubt, ask or deny have been kept out before. */
export function matchRecordStatement(sentence: string): RecordStatement | null {
  for (const known of [...PATTERNS, ...SPOKEN_PATTERNS]) {
    const match = known.pattern.exec(sentence)
    const statement = match ? readMatch(known, match.groups ?? {}) : null
    if (statement) return statement
  }
  return null
}

function readMatch(
  { slot, value, isCorrection = false }: RecordPattern,
  groups: Readonly<Record<string, string | undefined>>,
): RecordStatement | null {
  const said = value ?? groups.v ?? groups.p ?? null
  if (said !== null && NO_PERSON.test(said)) return null
  if ([groups.v, groups.p, groups.o].some((name) => name !== undefined && NO_RECORD.test(name))) return null
  return { slot, value: said === null ? defaultOf(slot) : trimmed(said), name: nameIn(groups.o), isCorrection }
}

function defaultOf(slot: MemorySlot): string | null {
  return slot === 'champion_left' || slot === 'contact_left' ? 'yes' : null
}

function nameIn(name: string | undefined): string | null {
  return name === undefined || /^(?:them|the company)$/.test(name) ? null : trimmed(name)
}

function trimmed(text: string): string {
  return text
    .trim()
    .replace(/[.,;!]+$/, '')
    .replace(/['’]s$/, '')
}
