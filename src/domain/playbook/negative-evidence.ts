/** A question that belongs to something Sophia does not do yet, with the words that show it. */
export interface AbsentSkill {
  /** null: a skill does it, but not in these words; `meanwhile` says in which. */
  readonly what: string | null
  readonly words: readonly RegExp[]
  /** Where a person finds it meanwhile. */
  readonly meanwhile?: string
  /** A question after one named record is answered by what is known of it all the same. */
  readonly yieldsToName?: true
  /** Asked of a named record in whatever words, it stays what no skill does. */
  readonly isFinal?: true
}

/** There is a skill for it, but the question could not be read for sure. */
function askLike(question: string): string {
  return `I am not sure I read that right. Ask it like this: "${question}"`
}

/** Inside the field, but no skill answers it: said plainly instead of running the nearest one. */
export const ABSENT_SKILLS: readonly AbsentSkill[] = [
  {
    what: 'forecasting a period other than this quarter',
    meanwhile: 'The forecast of open deals I can give: "What is our forecast?"',
    words: [
      /\bforecast/,
      /\bwill (we|i) (close|hit|book|make|reach)/,
      /\bgoing to (close|book|hit)/,
      /\bproject(ed|ion)/,
    ],
  },
  {
    what: 'saying how something will turn out',
    yieldsToName: true,
    words: [/^(will|is .* going to (close|renew|sign|buy))\b/, /\bwill .* (close|renew|sign|buy)\b/],
  },
  {
    what: 'figures of one period or against another',
    words: [
      /\b(last|this|next|previous|past) (week|month|quarter|year)/,
      /\bq[1-4]\b/,
      /\b(in|since|for|during) (january|february|march|april|may|june|july|august|september|october|november|december)\b/,
      /\b20\d\d\b/,
      /\byear[- ](on|over)[- ]year\b/,
    ],
  },
  { what: null, yieldsToName: true, meanwhile: askLike('How likely is <client> to leave?'), words: [/\bchurn/] },
  { what: 'churn rates and statistical models', words: [/\bpredict/, /\battrition/, /\bchurn (rate|forecast|model)/] },
  {
    what: 'single facts of a record; open it to read them',
    isFinal: true,
    words: [
      /\bwho (owns|is the owner|is the ceo|is responsible)\b/,
      /\b(phone|telephone|mobile) number/,
      /\baddress of\b/,
      /\b(list|show|all|which|main|who is the|our) (the |our |all )?contacts?\b/,
      /\bwhen (does|did|is|was) .*\b(end|expire|start|founded|due)\b/,
      /\bhow many (employees|people|units|offices)\b/,
      /\bwhere is .* (located|based)\b/,
    ],
  },
  {
    what: 'benchmarks of other companies',
    isFinal: true,
    words: [
      /\bbenchmark/,
      /\b(?:other|top|typical|similar|average) (?:\w+ )?(?:teams|companies|vendors)\b/,
      /\bhealthy .*\b(coverage|ratio)\b/,
    ],
  },
  { what: null, meanwhile: askLike('What is our pipeline coverage?'), words: [/\bcoverage\b/] },
  { what: 'retention figures', isFinal: true, words: [/\bretention\b/, /\bnrr\b/, /\bgrr\b/] },
  {
    what: 'ranking people',
    isFinal: true,
    meanwhile: 'One rep at a time I can review: "How is <rep> performing?"',
    words: [
      /\b(best|worst|top) (sales ?)?(rep|seller|performer|salesperson)/,
      /\bleaderboard/,
      /\brank\b/,
      /\bcommission/,
    ],
  },
  {
    what: null,
    meanwhile: askLike('How is <rep> performing?'),
    words: [/\bperform/, /\bquota/, /\b(his|her|their) (number|target)\b/],
  },
  {
    what: null,
    meanwhile: askLike('Prepare the QBR for <client>'),
    words: [/\bqbr\b/, /\bbusiness review/],
  },
  { what: 'making slides', words: [/\bslide/, /\bdeck\b/, /\bpresentation/] },
  {
    what: 'writing messages other than a follow-up',
    meanwhile: askLike('Draft a follow-up to <deal>'),
    words: [
      /\bdraft (an?|the|me)\b/,
      /\bwrite (an?|the|me|to)\b/,
      /\be-?mail (to|for)\b/,
      /\bcompose\b/,
      /\bcontract for\b/,
    ],
  },
  {
    what: null,
    meanwhile: askLike('Review my last call with <deal or client>'),
    words: [
      /\btranscript/,
      /\brecording/,
      /\bmy call\b/,
      /\b(yesterday's|last|latest|recent) calls?\b/,
      /\b(customer|client|buyer)s? (say|said)\b/,
      /\bthe call\b/,
      /\bgong\b/,
    ],
  },
  {
    what: null,
    meanwhile: askLike('The buyer says "we have no budget". What do I answer?'),
    words: [/\bobjection/, /\btoo expensive/, /\bpushback/],
  },
  { what: 'role play', isFinal: true, words: [/\brole-?play/] },
  {
    what: null,
    meanwhile: askLike('How are our clients doing?'),
    words: [
      /\b(which|any|every|each) (clients?|customers?|accounts?)\b/,
      /\b(all|our|my|most|the|(?<!(kind|type|sort)s? )of) (clients|customers|accounts)\b/,
      /\bportfolio review/,
      /\b(who|whom) (is paying|pays|have we not|have we neglected|did we neglect)\b/,
      /\bwhere does support\b/,
      /\bunhealthy (clients|accounts)/,
    ],
  },
  {
    what: null,
    meanwhile: askLike('Which renewals are coming up?'),
    words: [/\b(which|any|all|our|every|upcoming|next|what) renewals?\b/],
  },
  {
    what: null,
    meanwhile: askLike('What should <rep> work on?'),
    words: [/\b(coaching|development|training|ramp|onboarding) plan/, /\btraining/, /\bskills? plan/, /\bimprove my\b/],
  },
  {
    what: null,
    yieldsToName: true,
    meanwhile: askLike('Prepare me for my meeting with <deal or client>'),
    words: [/\bprepare\b/, /\bprep\b/, /\bagenda\b/],
  },
  {
    what: null,
    meanwhile: askLike('What should we do about <client>?'),
    words: [/\bintervention/, /\bsuccess plan/, /\bplan (an?|the)\b/],
  },
  {
    what: 'changing records (the next step of a deal is the one thing I can write down)',
    isFinal: true,
    words: [
      /^(please |can you |could you |pls )*(close(?! rat| plan)|move|mark|delete|remove|change|create|add|assign|reassign|merge|rename|import|export|send|invite|reset|connect|refund|schedule|email|open an?|set(?! up)|update(?! on| me)|edit|insert)\b/,
    ],
  },
]

/** Words of other worlds. One of them is enough to leave a question alone. */
export const FOREIGN =
  /\b(weather|rain|poem|haiku|song|joke|meme|a story|stories|fairy tale|translate|translation|klingon|spanish|french|german|python|javascript|java|sql|csv|excel|regex|code|coding|script|bug|debug|deploy\w*|server|database|airflow|ci|stock|stocks|bitcoin|crypto|share price|restaurant|recipe|bake|movie|film|music|flight|hotel|holiday|vacation|salary|salaries|hire|hiring|candidate\w*|fire (them|him|her)|lawyer|legal|legally|sue|lawsuit|nda|clause|tax|insurance|deductible|doctor|symptom\w*|hurts?|homework|capital of|president|election|war|football|basketball|lakers|season|world series|news|password|api keys?|system prompt|instructions|pretend|invent|made? up|jailbreak|drop table|rm -rf|bank|laptops?|tvs?|airline|food|coffee|economy|housing market|mom|dad|wife|husband|daughter|son|married|marketing|leads?|gross margin|burn rate|acquisition cost|calendar|alarm|remind|reminder|define(?! (?:\w+ )?(?:goals|milestones|outcomes|objectives|success))|definition|meaning|explain (what|how|why|to me)|open[- ]source|stands? for|conversations?(?! with)|pirate|cold[- ]calls?|cold[- ]calling|opening line)\b/i

/** `What is a sales pipeline?` asks for a definition, `What is our pipeline?` does not. */
export const ASKS_DEFINITION =
  /^(so |ok |hi |hey )*what( is|'s|s| are| does)( an?| the(?=.* (do|mean|stand for)\W*$))? (sales |deal |client )?(pipeline|funnel|opportunity|win rate|sales cycle|deal|champion|economic buyer|meddicc?|next step|health score|cycle length)( mean| stand for| do)?\s*\??$/i

export const IDIOMS =
  /\bwhat('s|s| is| are| makes) an? ((?:good(?! (?:agenda|plan|way|answer|reply|follow)))|typical|normal|healthy|average|decent|reasonable|fair|great|standard)\b|\b(account (settings|locked|login)|(my|the) account is (locked|blocked)|log ?in to my account)\b|\bwhat('s| is|s) the deal with\b|\bbig deal\b|\bdeal with it\b|\bhow should (we|i) price\b/i

/** Query language, and titles that hold the playbook's words. */
export const CODE_OR_TITLE =
  /\b(drop (table|database)|select .{1,40}\bfrom|delete from|insert into|update \w+ set|union select|(green )?new deal)\b|<\/?script|\{\{/i

/** The field's own words in another sense: a CI pipeline, an e-mail client, the New Deal. */
export const OTHER_SENSES = new RegExp(
  [
    String.raw`\b(data|build|oil|gas|water|jenkins|github|gitlab|azure|devops|etl|ml|sklearn|spark|kafka|graphics|rendering|unix|hiring|recruiting|recruitment|talent|keystone|terraform|content|drug|product development|release|deployment|test|training|nlp|video|image|dbt|aws|nord stream)\s+(pipelines?|funnel)\b`,
    String.raw`\bpipelines?\s+(yaml|yml|example|syntax|runner|news|map|leak|stage failed|failed|crashed|operator)\b`,
    String.raw`\b(e-?mail|mail|http|vpn|git|ssh|ftp|torrent|api|rest|web|thin|chat|law|oauth|redis|grpc|desktop|steam|irc|sql|attorney)[\s-]+clients?\b`,
    String.raw`\bclient[\s-]+(server|side|library|secret|certificate|id|privilege|portal|code)\b`,
    String.raw`\b(mental|public|dental|physical|heart|gut|skin|server|cluster|disk|battery|cpu|my|your|women's|men's|eye|oral|brain)\s+health(?!\s+(score|check|of))\b`,
    String.raw`\bhealth\s*(insurance|care|endpoint|check endpoint|probe|tips?|benefits?|department|dashboard|plan|club|food|app)\b`,
    String.raw`\b(new deal|deal breakers?|dealbreakers?|deal me|deal cards|deal with (it|this|that|an?|my|difficult|stress|people|him|her|them|being|rejection)|it's a deal|its a deal|done deal|no deal|best buy|black friday|cyber monday|prime day|peace deal|trade deal|brexit|nuclear deal|record deal|deal of the (day|century)|(hotel|travel|phone|car|laptop|tv|shopping|lunch|pizza|mattress|package) deals?)\b`,
    String.raw`\bdealing with (?!the deal)`,
    String.raw`\bstages? (fright|of (grief|sleep|the moon|life|cancer|a rocket|a star)|separation|door|play|managers?)\b`,
    String.raw`\b(chess|poker|lottery|lotteries|casino|dice|rocket|moon|mars|dance|sourdough|career|my life|to (euros?|dollars?|yen|usd|eur)|euros? to|argument|bet|race|card dealers?)\b`,
  ].join('|'),
  'i',
)
