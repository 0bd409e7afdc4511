import { NAME, NOW, PERSON, THEIR, THEY, type RecordPattern } from './record-words.ts'

const AMOUNT = String.raw`[$€£] ?\d[\d,.]*(?: ?(?:k|m|thousand|million))?|\d[\d,.]* ?(?:k|thousand|million|dollars|euros|pounds)`
const DECIDES = String.raw`(?:has the (?:final|last) (?:say|word)|holds the purse(?: strings)?|signs off|signs(?=$|[,.]| anything| everything| for (?:it|this)| it off)|is the one who (?:decides|signs|approves)|makes the (?:final )?(?:decision|call)|has to (?:sign|approve) (?:it|this|anything))`
const ROLE = String.raw`(?:vp|cfo|ceo|coo|cto|cio|managing director|finance director|director|owner|board|head of [a-z]+)`
const LIVE = String.raw`(?:go live|be live|start|launch|kick off|begin|roll out|switch)`

function pattern(source: string): RegExp {
  return new RegExp(source, 'u')
}

/** The same facts in the looser words of talk; tried after the stricter ones. */
export const SPOKEN_PATTERNS: readonly RecordPattern[] = [
  {
    slot: 'champion',
    pattern: pattern(
      `^${PERSON} (?:isn't|is not) ${THEIR}champion(?: there)?(?: any ?more)?[,;.]? (?:it's|it is|that's) ${NOW}(?<p>${PERSON})$`,
    ),
    isCorrection: true,
  },
  { slot: 'champion', pattern: pattern(`^${THEIR}champion (?:there )?is ${NOW}(?<p>${PERSON}),? not ${PERSON}$`) },
  { slot: 'champion', pattern: pattern(`^(?<p>${PERSON}) is ${NOW}the champion for us\\b`) },
  {
    slot: 'contact_left',
    pattern: pattern(
      `^${THEIR}(?:main |key |day-to-day )?contact(?: there)?,? (?<p>${PERSON}),? (?:has |is )?${NOW}(?:left|moved (?:on|to)|quit|resigned|leaving|gone)\\b`,
    ),
  },
  {
    slot: 'economic_buyer',
    pattern: pattern(`^(?:their (?:${ROLE}|[A-Z]{3}),? )?(?<p>${PERSON}),? ${DECIDES}(?=$|[ ,.])`),
  },
  { slot: 'economic_buyer', pattern: pattern(`^(?:the|their) (?<v>${ROLE}|[A-Z]{3}) ${DECIDES}(?=$|[ ,.])`) },
  {
    slot: 'economic_buyer',
    pattern: pattern(
      `^${THEIR}(?:economic buyer|decision[- ]maker|budget (?:owner|holder)) (?:there )?is (?:the|their) [\\p{L} ]{3,30}, (?<p>${PERSON})$`,
    ),
  },
  {
    slot: 'budget',
    pattern: pattern(
      `^(?:the|their) (?:money|funding|funds|spend) (?:is|was|has been|got) ${NOW}(?:confirmed|approved|signed off|secured|released|there)\\b`,
    ),
    value: 'confirmed',
  },
  {
    slot: 'budget',
    pattern: pattern(
      `^${THEY} (?:have |has )?${NOW}(?:cut|slashed|reduced|halved) (?:the|their) (?:[\\p{L}]+ )?(?:budget|spend)\\b`,
    ),
    value: 'cut',
  },
  {
    slot: 'budget',
    pattern: pattern(
      `^${THEY} (?:have |has )?${NOW}(?:set aside|earmarked|allocated|put aside|budgeted) (?<v>${AMOUNT})(?=$|[ ,.])`,
    ),
  },
  {
    slot: 'decision_criteria',
    pattern: pattern(
      `^${THEY} ${NOW}(?:will )?(?:decide|choose|score|judge|compare)s? (?:us |vendors |everyone |everybody )?(?:on|by) (?!\\d|\\p{Lu}|the end|next|this)(?<v>.{3,100})$`,
    ),
  },
  {
    slot: 'decision_criteria',
    pattern: pattern(`^what matters (?:most )?(?:to|for) (?:them|${NAME})(?: most)? is (?<v>.{3,100})$`),
  },
  { slot: 'decision_criteria', pattern: pattern(`^what matters (?:most )?(?:to them )?is (?<v>.{3,100})$`) },
  {
    slot: 'decision_criteria',
    pattern: pattern(
      `^${THEY} (?:need|require|must have|insist on) (?!an? (?:answer|decision|reply)\\b)(?<v>(?:(?!\\bby\\b).){3,90}?) or (?:it's|it is|they're|they are|we're|we are) (?:off|out|no deal|dead)\\b`,
    ),
  },
  {
    slot: 'timeline',
    pattern: pattern(
      `^${THEIR}(?:decision|go-live|start|launch) (?:has |was |is |been )*${NOW}(?:slipped|moved|pushed(?: back| out)?|delayed|postponed) (?:to|until|into) (?<v>.{3,40})$`,
    ),
  },
  {
    slot: 'timeline',
    pattern: pattern(
      `^${THEY} ${NOW}(?:will|plan to|want to|intend to|have to|need to|aim to|are going to) ${LIVE} (?<v>(?:by|before|at|in|on(?= (?:the )?(?:\\d|\\p{Lu}))|this|next) .{3,40})$`,
    ),
  },
  {
    slot: 'timeline',
    pattern: pattern(
      `^${THEY} ${NOW}(?:need|want) (?:this|it|us|everything) (?:live|running|in place|up|done) (?<v>(?:by|before|in|on) .{3,40})$`,
    ),
  },
  {
    slot: 'competitor',
    pattern: pattern(`^${NAME} is ${NOW}out(?: of the race)?,? (?:and )?only (?<v>${NAME}) is left$`),
  },
  {
    slot: 'competitor',
    pattern: pattern(
      `^${THEY} (?:have |has )?${NOW}started (?:looking at|talking to|evaluating|trialling|testing) (?<v>${NAME})(?=$|[,.])`,
    ),
  },
  {
    slot: 'renewal_intent',
    pattern: pattern(
      `^${THEY} (?:have |has )?changed their minds? and (?:won't|will not|are not going to|do not want to) renew\\b`,
    ),
    value: 'will not renew',
  },
  {
    slot: 'renewal_intent',
    pattern: pattern(
      `^${THEY} (?:have |has )?${NOW}(?:confirmed|signed|agreed(?: to)?) (?:the|their|to the) renewal\\b`,
    ),
    value: 'will renew',
  },
  {
    slot: 'renewal_intent',
    pattern: pattern(
      `^${THEY} (?:have not|haven't) ${NOW}decided (?:about|on|whether)(?: or not)?(?: the| to| they)?.{0,12} renew|^${THEY} (?:are|is) ${NOW}leaning (?:towards?|against) (?:not )?renew`,
    ),
    value: 'undecided',
  },
  {
    slot: 'sentiment',
    pattern: pattern(
      `^${THEY} (?:are|is) ${NOW}(?:fed up|sick|tired|at the end of their patience)\\b|^${THEY} ${NOW}(?:hate|can't stand) (?:the|our|it|us|how)\\b`,
    ),
    value: 'negative',
  },
  {
    slot: 'sentiment',
    pattern: pattern(`^${THEY} ${NOW}(?:love|adore|are big fans of) (?:the|our|it|us|how)\\b`),
    value: 'positive',
  },
]
