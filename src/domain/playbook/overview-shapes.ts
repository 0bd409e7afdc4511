import { shape, type CraftPattern } from './craft-shape.ts'

const MONTHS = String.raw`(?: (?:for|in|over|within|of) (?:the )?(?:next|coming) (?<months>\w+) months?)?`
export const RENEWAL_SHAPES = [
  shape(
    String.raw`(?:forecast|project|show(?: me)?|review|list|give me|what are|what is|what's|run) ?(?:our |my |the |all )?(?:upcoming |coming |next )?renewals?(?: forecast)?(?: pipeline)?${MONTHS}`,
  ),
  shape(String.raw`(?:our |the |my )?renewals?(?: forecast| outlook| pipeline)${MONTHS}`),
  shape(
    String.raw`(?:our |the |my |all )?(?:upcoming |coming |next )?renewals (?:for|in|over|within|of) (?:the )?(?:next|coming) (?<months>\w+) months?`,
  ),
  shape(
    String.raw`(?:which|what|how many|whose) renewals? (?:are|is|come|comes|worry|worries|should worry|look|looks|will|do we have)(?: (?:coming(?: up)?|due|up|next|at risk|in danger|shaky|safe|worry|worries|concern|me|us|you|most|ahead|the most|not happen))*${MONTHS}`,
  ),
  shape(String.raw`which renewal (?:worries|concerns|scares|troubles) (?:you|me|us)(?: (?:most|the most))?`),
  shape(
    String.raw`which (?:clients|customers|accounts|contracts) (?:are )?(?:renew|renewing|up for renewal|due for renewal)(?: (?:soon|next|now))?${MONTHS}`,
  ),
  shape(String.raw`how much (?:revenue|arr|money)?\s?(?:is|are|comes?) (?:up for|due for|at) renewal${MONTHS}`),
  shape(String.raw`(?:who|which clients?|what) (?:renews?|is renewing|are renewing)(?: (?:soon|next))?${MONTHS}`),
  shape(String.raw`what (?:will|do we expect to) (?:we )?(?:renew|retain)${MONTHS}`),
]

const WHO = String.raw`(?:who|which (?:of (?:our|my) )?(?:clients?|customers?|accounts?)|what (?:clients?|accounts?))`
const PAYMENT = { focus: 'payments' }
const MOVES = { focus: 'moves' }
export const PORTFOLIO_SHAPES: readonly Omit<CraftPattern, 'skill'>[] = [
  {
    shape: shape(
      String.raw`${WHO} (?:is|are|has|have been|has been|pays?|keeps?) (?:paying|pay|paid|late|behind|overdue)(?: us)?(?: (?:late|later|later and later|slow|slowly|slower|too late|behind|overdue|with payments?|on payments?|less))*`,
    ),
    input: PAYMENT,
  },
  {
    shape: shape(
      String.raw`${WHO} (?:owes?|has|have|with)(?: us)? (?:(?:the )?most |money|overdue (?:invoices|payments)|unpaid (?:invoices|bills)|open invoices|late payments)`,
    ),
    input: PAYMENT,
  },
  {
    shape: shape(
      String.raw`(?:show|list|give me|what are|what is|which|any|how much is)?(?: me)?\s?(?:the |our |all )?(?:clients with )?(?:stuck|overdue|late|unpaid|slipping|outstanding) (?:payments?|invoices?|bills)(?: (?:are there|by age|by ageing|by aging|do we have))?`,
    ),
    input: PAYMENT,
  },
  {
    shape: shape(String.raw`which (?:invoices|payments|bills) are (?:overdue|late|unpaid|stuck|outstanding)`),
    input: PAYMENT,
  },
  {
    shape: shape(
      String.raw`(?:payments?|receivables|invoice|invoices)(?: by)? (?:age?ing|aging)(?: report| buckets?)?`,
    ),
    input: PAYMENT,
  },
  {
    shape: shape(
      String.raw`${WHO} (?:has |have )?(?:moved|changed|got worse|gotten worse|got better|improved|declined|dropped|slipped|fell|is falling|are falling|is declining|are declining|is getting worse|are getting worse|is improving)(?: (?:most|the most|this month|lately|recently|in (?:the )?health))*`,
    ),
    input: MOVES,
  },
  {
    shape: shape(
      String.raw`what (?:has )?(?:moved|changed) (?:in|across|at|with|among) (?:my|our|the|all) (?:portfolio|clients|customers|accounts|book)(?: (?:this month|lately|recently))?`,
    ),
    input: MOVES,
  },
  {
    shape: shape(
      String.raw`(?:review|show|check|assess|walk me through|how is|how's|how are|how does|how do|what about|summari[sz]e|look at)(?: me)? (?:my|our|the|all(?: (?:my|our|the|of our))?|whole) (?:client |customer |whole )?(?:portfolio|clients|customers|accounts|customer base|client base|book of clients)(?: (?:doing|look|looking|feel|as a whole|overall|health|review))*`,
    ),
  },
  { shape: shape(String.raw`(?:portfolio|client|account) (?:review|overview|health report|health overview)`) },
  {
    shape: shape(
      String.raw`(?:list|show|give me|name)(?: me)? (?:a list of )?(?:all |the |our |my )*(?:unhealthy|at-risk|at risk|unhappy|critical|endangered|troubled|risky|shaky) (?:clients|customers|accounts)`,
    ),
  },
  {
    shape: shape(
      String.raw`(?:list|show|give me|name)(?: me)? (?:a list of )?(?:all |the |our |my )*(?:clients|customers|accounts) (?:at risk|in trouble|in danger|that worry you)`,
    ),
  },
  {
    shape: shape(
      String.raw`${WHO} (?:is|are|looks?|seems?|feels?) (?:the )?(?:most |least )?(?:unhappy|unhealthy|at risk|at-risk|critical|in trouble|in danger|shaky|healthy|sick|struggling|churning|happy|likely to (?:churn|leave|cancel)|about to (?:churn|leave|cancel)|going to (?:churn|leave|cancel)|silent|quiet|going quiet|gone quiet)(?: most)?`,
    ),
  },
  {
    shape: shape(
      String.raw`${WHO} (?:will|could|might|may|would) (?:churn|leave|cancel|leave us|quit)(?: (?:next|soon|first|next quarter|this quarter))*`,
    ),
  },
  {
    shape: shape(
      String.raw`(?:predict|show|which) (?:which )?(?:clients|customers|accounts) (?:will|might|could) (?:churn|leave|cancel)`,
    ),
  },
  {
    shape: shape(
      String.raw`(?:predict )?churn (?:risk )?(?:for|across|of|by) (?:the |our |all |my )*(?:whole )?(?:customer base|client base|clients|customers|accounts|portfolio)`,
    ),
  },
  {
    shape: shape(
      String.raw`${WHO} (?:worries|concerns|should worry|should concern|needs?|deserves?) (?:you|me|us|help|attention|care|a call|our attention|my attention)(?: (?:most|first|now|today|the most))*`,
    ),
  },
  {
    shape: shape(
      String.raw`(?:whom?|which (?:clients?|customers?|accounts?)) (?:have|did) (?:we|i) (?:not |never )?(?:spoken|talked|neglected?|contacted|forgotten|forget|heard|been in touch|met)(?: (?:with|to|from))?(?: (?:for|in|lately|recently|too long|so long|a month|a while|weeks|months|ages))*`,
    ),
  },
  {
    shape: shape(
      String.raw`(?:which (?:clients?|customers?|accounts?)|who) (?:have|has) not been (?:contacted|called|visited|spoken to|in touch)(?: (?:for|in|lately|recently|too long|a month|a while|weeks|months|ages))*`,
    ),
  },
  {
    shape: shape(
      String.raw`where (?:does|is|did) (?:our )?(?:support|usage|adoption) (?:go|going|went|fall|falling|dropping|suffer|struggle)(?: wrong)?(?: most)?`,
    ),
  },
  {
    shape: shape(
      String.raw`${WHO} (?:is|are|looks?|seems?) ready (?:to|for) (?:grow|buy more|expand|an? upgrade|expansion|more seats|more|upsell|upsells)(?: with us)?`,
    ),
  },
  { shape: shape(String.raw`(?:how much|what) (?:revenue|arr|money) (?:is|do we have) at risk`) },
  { shape: shape(String.raw`(?:revenue|arr) at risk`) },
]

const PIPE = String.raw`(?:pipeline|funnel|deals|book|open deals|sales pipeline)`
const SINCE = String.raw`(?: (?:since last week|since (?:last )?monday|this week|last week|in the last week|over the (?:last |past )?week|week over week|recently|lately))`
const CHANGES = { focus: 'changes' }
const FORECAST = { focus: 'forecast' }
const COVERAGE = { focus: 'coverage' }
const CONCENTRATION = { focus: 'concentration' }
export const PIPELINE_SHAPES: readonly Omit<CraftPattern, 'skill'>[] = [
  {
    shape: shape(
      String.raw`what(?: has| is|'s)? (?:changed|moved|new|happened|different)(?: (?:in|with|on|across) (?:our|my|the) ${PIPE})?${SINCE}`,
    ),
    input: CHANGES,
  },
  {
    shape: shape(
      String.raw`what(?: has| is|'s)? (?:changed|moved|new|different) (?:in|with|on|across) (?:our|my|the) ${PIPE}`,
    ),
    input: CHANGES,
  },
  {
    shape: shape(
      String.raw`which deals (?:have )?(?:advanced|moved|slipped|moved forward|gone silent|went silent|gone quiet|went quiet|closed|were lost|were won|came in|progressed)${SINCE}`,
    ),
    input: CHANGES,
  },
  {
    shape: shape(
      String.raw`(?:our |my |the )?(?:pipeline|weekly|week's) (?:changes|movements?|moves|review of changes)${SINCE}?`,
    ),
    input: CHANGES,
  },
  {
    shape: shape(
      String.raw`(?:(?:what is|what's|show me|show|give me|run|make|do) )?(?:our |my |the |a |me the |me a )?(?:sales |pipeline |deal |revenue )?forecast(?: (?:for|of) (?:our|my|the|this) (?:pipeline|team|quarter|deals))?`,
    ),
    input: FORECAST,
  },
  {
    shape: shape(String.raw`forecast (?:our|my|the) (?:pipeline|deals|sales|revenue)(?: (?:for )?this quarter)?`),
    input: FORECAST,
  },
  {
    shape: shape(
      String.raw`(?:what|how much) (?:will|do we expect to|are we (?:going|likely) to|can we expect to) (?:we )?(?:close|win|book|sell)(?: this quarter)?`,
    ),
    input: FORECAST,
  },
  {
    shape: shape(
      String.raw`(?:what is|what's) (?:our |my |the )?(?:pipeline )?coverage(?: (?:against|of|vs|versus) (?:our |my |the )?(?:quota|target|number))?`,
    ),
    input: COVERAGE,
  },
  {
    shape: shape(String.raw`(?:our |my |the )?pipeline coverage(?: (?:by rep|against quota|ratio))?`),
    input: COVERAGE,
  },
  {
    shape: shape(
      String.raw`do (?:we|i) have enough (?:pipeline|deals)(?: (?:to (?:hit|make|reach) (?:our |my |the )?(?:quota|target|number|plan)|for (?:our |my |the )?(?:quota|target|number)))?`,
    ),
    input: COVERAGE,
  },
  {
    shape: shape(
      String.raw`(?:will|are|do) (?:we|i) (?:going to |on track to |on course to )?(?:hit|make|reach|meet) (?:our |my |the )?(?:quota|target|number|plan)(?: this (?:quarter|year))?`,
    ),
    input: COVERAGE,
  },
  { shape: shape(String.raw`how concentrated is (?:our|my|the) ${PIPE}`), input: CONCENTRATION },
  {
    shape: shape(
      String.raw`(?:do|how much do) (?:we|i) depend (?:too much )?on (?:a )?few (?:deals|clients|big deals|large deals)`,
    ),
    input: CONCENTRATION,
  },
  { shape: shape(String.raw`(?:our |my |the )?(?:pipeline|deal) concentration`), input: CONCENTRATION },
]
