import type { CraftCue } from './craft-cue.ts'

const CUSTOMERS = '(?:clients?|customers?|accounts?|book(?: of business)?|portfolio)'
const SPAN = '(?:days?|weeks?|months?|quarters?|year|half(?: a)? year)'
const RENEWAL_BESIDE =
  /^(?:renewals?|forecast|outlook|arr|revenue|money|contracts?|enterprise|mid-?market|smb|commercial|small|expected|retention|hold|holding|stay|safe|shaky|risk|lose|losing|keep|up|ending|expir(?:e|es|ing)|spring|summer|autumn|fall|winter|\d+|two|three|six|list|plan|review|due|auto(?:matically)?|recurring|nobody|anyone|owner|secure|notice|period|end|rate|working|list)$/
export const RENEWAL_CUES: readonly CraftCue[] = [
  {
    skill: 'forecast-renewals',
    name: 'none',
    words: [/\b(?:renewals|renewal (?:rate|forecast|outlook|pipeline|risk)|at renewal)\b/],
    beside: RENEWAL_BESIDE,
  },
  {
    skill: 'forecast-renewals',
    name: 'none',
    words: [
      /\b(?:who|what|which clients?|which customers?|which accounts?|how much(?: arr| revenue)?|whats)\b/,
      new RegExp(String.raw`\b(?:renew(?:s|al)?|renewing|up for renewal|due for renewal)(?:.*\b${SPAN})?\b`),
    ],
    beside: RENEWAL_BESIDE,
  },
  {
    skill: 'forecast-renewals',
    name: 'none',
    words: [/\b(?:contracts|subscriptions|agreements)\b/, /\b(?:up|ending|end|expire|expiring|running out|run out)\b/],
    beside: RENEWAL_BESIDE,
  },
]

const PORTFOLIO_BESIDE =
  /^(?:clients?|customers?|accounts?|book|business|portfolio|overview|state|health|healthy|worry|worried|attention|enterprise|mid-?market|smb|commercial|small|large|trouble|red|yellow|slipping|worse|better|payments?|invoices?|pay|paying|behind|overdue|risk|summary|mine|customer|client|base|zone|spoken|logged|in|while|list|overall|best|worst|nobody)$/
export const PORTFOLIO_CUES: readonly CraftCue[] = [
  {
    skill: 'review-portfolio',
    name: 'none',
    input: { focus: 'payments' },
    words: [
      new RegExp(String.raw`\b(?:who|whos|any|anyone|which|${CUSTOMERS})\b`),
      /\b(?:(?:late|behind|overdue|slow) (?:on|with) (?:payments?|invoices?|bills)|pays? (?:the )?(?:latest|later|late|slower|slowly)|paying (?:later|late|slower))\b/,
    ],
    beside: PORTFOLIO_BESIDE,
  },
  {
    skill: 'review-portfolio',
    name: 'none',
    input: { focus: 'moves' },
    words: [
      new RegExp(String.raw`\b(?:who|whos|anyone|which ${CUSTOMERS}|${CUSTOMERS})\b`),
      /\b(?:(?:got|gotten|getting) (?:worse|better)|worsened|improved|declined|dropped)\b/,
    ],
    beside: PORTFOLIO_BESIDE,
  },
  {
    skill: 'review-portfolio',
    name: 'none',
    words: [
      new RegExp(
        String.raw`\b(?:who|whos|anyone|which (?:of (?:my|our) )?(?:(?:enterprise|mid-?market|smb|small) )?${CUSTOMERS}|(?:any|how many|many) ${CUSTOMERS}|anything)\b`,
      ),
      /\b(?:in the red|worry about|worried about|in trouble|in danger|needs? (?:my |our )?(?:attention|me|us|help)|slipping|unhappy|at risk|going quiet|gone quiet|red|yellow|burning|on fire|danger zone|critical|endangered)\b/,
    ],
    beside: PORTFOLIO_BESIDE,
  },
  {
    skill: 'review-portfolio',
    name: 'none',
    words: [
      new RegExp(
        String.raw`\b(?:(?:my|our|the|all|whole|enterprise|mid-?market|smb|small|s) )+(?:clients|customers|accounts|book(?: of business)?|portfolio)\b|\bportfolio (?:overview|summary|health)\b|\bbook of business\b`,
      ),
      /\b(?:state|overview|summary|show|hows?|healthy|health|looking|doing|review)\b/,
    ],
    beside: PORTFOLIO_BESIDE,
  },
  {
    skill: 'review-portfolio',
    name: 'none',
    words: [
      new RegExp(String.raw`\b(?:which|what|any) ${CUSTOMERS}\b`),
      /\b(?:grow|expand|upsell|cross-?sell|buy more)\b/,
    ],
    beside: PORTFOLIO_BESIDE,
  },
  {
    skill: 'review-portfolio',
    name: 'none',
    words: [
      new RegExp(
        String.raw`\b(?:who|anyone|(?:which|what|any|how many) (?:of (?:my|our) )?${CUSTOMERS}|are there ${CUSTOMERS})\b`,
      ),
      /\b(?:(?:havent|hasnt|have not|has not|nobody has|not|stopped|no longer) (?:\w+ )?(?:logged|logging|used?|using|spoken|talked|heard|paid|paying|contacted|visited|touched|met)|inactive|without (?:contact|logins?|usage))\b/,
    ],
    beside: PORTFOLIO_BESIDE,
  },
]

const PIPELINE_BESIDE =
  /^(?:pipeline|pipe|funnel|forecast|coverage|quota|target|number|goal|plan|different|changed?|changes|moved?|slipped|land|landing|enough|cover|vs|versus|against|hit|dependent|depend|concentrated|concentration|couple|few|big|large|biggest|largest|top|sits|sit|quarter|\d+|three|five|ratio|weighted|commit|best|case|upside|worst|vp|boss|cro|wants?|one-liner|noon|summary|end|off|close|win|book)$/
const PIPE = '(?:pipeline|pipe|funnel|deals)'
export const PIPELINE_CUES: readonly CraftCue[] = [
  {
    skill: 'review-pipeline',
    name: 'none',
    input: { focus: 'changes' },
    words: [
      /\b(?:what|whats|which|anything)\b/,
      new RegExp(String.raw`\b${PIPE}\b`),
      /\b(?:changed|change|changes|moved|different|new|slipped|happened)\b/,
      /\b(?:since (?:last )?(?:week|monday|tuesday|wednesday|thursday|friday)|this week|last week)\b/,
    ],
    beside: PIPELINE_BESIDE,
  },
  {
    skill: 'review-pipeline',
    name: 'none',
    input: { focus: 'forecast' },
    words: [
      /\b(?:where (?:do|will|are) we (?:going to )?land(?:ing)?|(?:whats|what is|show me|give me)(?: the| our| my)? forecast)\b/,
    ],
    beside: PIPELINE_BESIDE,
  },
  {
    skill: 'review-pipeline',
    name: 'none',
    input: { focus: 'forecast' },
    words: [/(?<!\b(?:next|q[1-4]|renewals?)\b.*)\b(?:forecast|best case)\b(?!.*\b(?:next|q[1-4]|renewals?)\b)/],
    beside: PIPELINE_BESIDE,
  },
  {
    skill: 'review-pipeline',
    name: 'none',
    input: { focus: 'changes' },
    words: [
      /\b(?:which|what|any|how many|where)\b/,
      /\b(?:deals|opps|opportunities)\b/,
      /\b(?:pushed|slipped|moved (?:out|back)|went backwards?|fell out|dropped out|delayed|postponed)\b/,
    ],
    beside: PIPELINE_BESIDE,
  },
  {
    skill: 'review-pipeline',
    name: 'none',
    input: { focus: 'changes' },
    words: [
      /\b(?:what|which deals|anything|how much|how many)\b/,
      /\b(?:came in|went out|fell out|is new)\b/,
      /\b(?:this|last|since|past) week\b/,
    ],
    beside: PIPELINE_BESIDE,
  },
  {
    skill: 'review-pipeline',
    name: 'none',
    input: { focus: 'forecast' },
    words: [
      /\bhow (?:much|far)\b/,
      /\b(?:we|i)\b/,
      /\b(?:(?:going to|will|can) (?:we |i )?(?:close|land|book|win|bring in)|(?:off|from|behind) (?:the |our |my )?(?:target|quota|plan|number|goal))\b/,
    ],
    beside: PIPELINE_BESIDE,
  },
  {
    skill: 'review-pipeline',
    name: 'none',
    input: { focus: 'coverage' },
    words: [
      /\b(?:pipeline coverage|how much coverage|(?:is|are) (?:our|my|the|there)? ?(?:pipeline|pipe) enough|enough (?:pipeline|pipe|deals))\b/,
    ],
    beside: PIPELINE_BESIDE,
  },
  {
    skill: 'review-pipeline',
    name: 'none',
    input: { focus: 'concentration' },
    words: [
      /\b(?:dependent on|depend on|depends on|concentrated|concentration|how much|share|sits? in)\b/,
      new RegExp(
        String.raw`\b${PIPE}\b.*\b(?:top (?:\d+|three|five)|biggest|largest|concentrated)\b|\b(?:top (?:\d+|three|five)|few|couple of)(?: (?:big|large|biggest))? deals\b`,
      ),
    ],
    beside: PIPELINE_BESIDE,
  },
]
