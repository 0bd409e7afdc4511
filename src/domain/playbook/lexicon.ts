/** What the playbook's words mean. A phrase belongs to one concept; longer phrases win over shorter ones. */
export const CONCEPTS = {
  pipeline:
    'pipeline|health of the pipeline|health of our pipeline|sales pipeline|funnel|sales funnel|book of business|book of open deals|book of deals|open book|deal flow|pipe line|pipe|open business|lay of the land|deal book|sales is going|sales going|business is going|deal count|number of deals|count of deals|deals count',
  deals:
    'deals|opps|opportunities|all opportunities|all deals|oppties|anything stuck|anything stale|anything old|anything ageing|anything aging|anything open',
  deal: 'deal|opp|opportunity|oppty',
  open: 'open|active|live|ongoing|in flight|in play|cooking|in progress|outstanding|still open|unclosed|not closed|pending|working on|at the moment open|on the go|in the works|under way|underway|being worked',
  rate: 'win rate|winrate|close rate|closing rate|closed rate|conversion rate|conversion|success rate|hit rate|win ratio|win percentage|win loss|win/loss|how often do we win|what share of|what percentage of|what proportion of|what fraction of|what ratio of|winning percentage|won rate|winning more|win more|strike rate|close ratio|how often do|how often does|convert|win percent|of our deals do we|do we win|strong in|strongest in|in ten deals|of ten deals|out of ten|success ratio|good are we at closing|good at closing|good at winning|good are we at winning',
  win: 'win|winning|won|lost|losing|lose|end up winning|success|closed won|closed lost|end up won|sign|signed|succeed|beat|signature',
  cycle:
    'sales cycle|cycle length|cycle|deal cycle|cycle time|velocity|time to close|days to close|first contact|deal velocity|close time|signing|take to sell|take us to sell|duration|days to win|turnaround|time to win|time from|how much time|creation|from creation to won',
  howLong:
    'how long|longest|shortest|fastest|slowest|median time|how quick|how quickly|how fast|length|speed|how many days|quickest|how old|how many weeks|how many months|longer|takes longest|fast|quickly|slower|faster|takes longest|take longest|longest to sell|takes the longest|take the longest',
  age: 'stale|stuck|stalled|stalling|rot|rotting|aging|ageing|age|aged|old|older|oldest|sitting|sat|overdue|linger|lingering|dragging|too long|slow|hanging around|gone quiet|gone cold|idle|sitting around|gone stale|dormant|neglected|inactive|bottleneck|clogged|bogged|holding up|not moving|stagnant|stagnating|not moved|have not moved|not move|no movement|without movement|not going anywhere|not progressed|progressed|dead wood|deadwood|dead|ages|too old|asleep|sleeping|stand still|standing still|hung up|parked|hanging|drag|frozen|so long|pile up|piling up|blocked up|sleepy|zombie|no activity|without activity|no next step|without a next step',
  value:
    'worth|value|valued|money|total|amount|size|full|enough|dollar value|how much|how many|holds|numbers|carrying|without an amount|valuable|priced',
  stage: 'stage|stage by stage|early stage|late stage|phase|in the process|step of the funnel',
  byRep:
    'rep|sales rep|salesperson|salespeople|seller|account executive|ae|team member|sales person|who has|each rep|everyone|everybody|rep by rep|sales people|salesman|on the team has|on my team has|deal owner|account exec|closer',
  byManager: 'manager|sales manager|team lead|team leader|team|sales lead|team by team|supervisor',
  byProduct: 'product|product line|offering|sku|package|plan type|line of product',
  bySegment:
    'segment|sector|industry|vertical|market segment|customer type|client type|customer size|kind of customer|type of customer|kind of client|type of client|kinds of customers|kind of customers|type of customers|types of customers|kind of clients|sort of customers|sort of clients',
  split:
    'split|break down|broken down|breakdown|break|grouped|group|each|compare|comparing|across|distribution|distributed|versus|vs|sorted|sliced|slice|split by|side by side|breakdown of|differ|spread|stack up|break up',
  review:
    'review|overview|summary|summarise|summarize|report|status|state|update|rundown|run through|snapshot|stand|big picture|picture|recap|lay of the land|round up|look like|looking|position|check in|check up|checkup|situation|glance|how full|review the|story with|read on|walk through|walk me through|status quo|overall status|numbers on|tell me about',
  coach:
    'coach|coaching|advice|advise|guidance|tip|thought|strategy|approach|help|opinion|take on|what do you make of|ideas|suggestion|suggest|feedback|struggling|second opinion|pointer|input|insight|sanity check|game plan|what do you think|thoughts|prep me|rate the|take a look at|look at|plan for|play here|ideas for|honest opinion|what now|watch out for|look out for|prepare for',
  advance:
    'i going to lose|will i lose|move forward|forward|over the line|unstick|unstuck|advance|push|progress|close|closing|get done|land|move along|unblock|move|save|rescue|revive|get it signed|over the finish line|get signed|bring home|win back|save|repair|fix|turn around|close plan|closing plan|pick up again|our shot|shot at|my shot',
  risk: 'risk|at risk|risky|red flag|worried|worry|concern|concerned|weak|weakness|strong|likely|chance|odds|in danger|danger|wrong|trouble|in trouble|problem|lose the|jeopardy|threat|vulnerable|shaky|solid|safe|safer|confident|confidence|slipping away|fragile|afraid|nervous|real or|kidding myself|kill|go wrong|go south|dangerous|at stake|bad feeling|probability|position in|on track|pushed|pushed again|slips|slipped|slipping|keeps slipping|die|dying|doomed|hopeless|winnable|alarm bell|warning',
  clientRisk:
    'are we losing|losing them|could we lose|warning sign|signal|of leaving|leaving|leaving us|leave us|step in|walk away|early warning|churn|churning|churn risk|early signs|about to leave|renew|renewal|leave|losing them|renewing|cancel on us|defect|afraid for the renewal|stay with us|stay|stick with us|stick around',
  gap: 'missing|gap|lacking|fill|blind spot|lack|hole|blocker|blocking|blocked|obstacle|hurdle|holding back|unanswered|weak spot|weak point|right people|who is missing|missing people|open question|in the way|stopping us|holding up the|loose end|weak link|what is left|left to do|stands between|stand between',
  buyer:
    'economic buyer|champion|decision maker|buyer|decision criteria|stakeholder|next best action|next best step|next move|do next|to do next|should i do|would you do|can i do|do we do|should we do|best move|mutual plan|single threaded|multi threaded|multithreaded|power map|approver|signer|who decides|who signs|signatory|do i do|do i need to do|should we do|procurement|influencer|sponsor',
  /** Asks for the whole without naming it. */
  standing:
    'where do we stand|where we stand|where are we|where we are at|where we are|how do we stand|how are we doing|how are we looking|how we looking|how we doing|what have we got|have we got|got cooking|have we got open|in play|doing in sales|got open|have open|plate|has open|have going|got going|has going|working on|busy with',
  top: 'biggest|largest|most valuable|highest value|top|bigger',
  stageName: 'prospecting|qualification|proposal|proposals|negotiation|negotiations',
  segmentName:
    'enterprise|enterprises|mid market|mid-market|midmarket|smb|small business|small portfolio|retail|medical|healthcare|finance|software|technology|technolgy|entertainment|services|telecommunications|telecom|employment|education|manufacturing|public sector',
  bestProduct:
    'selling best|sells best|best selling|best seller|bestseller|sells the most|selling the most|sell most|sell the most',
  /** What one does with a client by default. */
  checkOn: 'check|assess|evaluate',
  rival: 'competitor|competition|competing|rival',
  nextStep: 'next step|next action|nextstep',
  health:
    'health|healthy|health score|health check|healthcheck|pulse|wellbeing|in good shape|good shape|feeling|score|okay|ok|alright|fine|in shape|going well|well being|in good hands|content|doing well|thriving|wellness|shape',
  usage:
    'usage|product usage|adoption|engaged|engagement|happy|unhappy|satisfied|satisfaction|relationship|ticket|support ticket|escalation|invoice|paying|paid|payment history|on time|late|logins|value from us|getting value|happy with us|login|log in|using|use|active user|seat|complaint|complaining|frustrated|unresolved|payment|pay on time|pay|pays|value out of|late paying|speak to|spoken|spoke|last talk|talk to|last contact|contacted|our stuff|recommend us|neglecting|grow with us|ready to grow|buy more|upsell|expand|expansion|sentiment|nps of|opening tickets|visited|visit|called in|dissatisfied|annoyed|angry|upset|loyal|attached|active|activity|quiet|silent|we been neglecting|we neglecting|we neglected|we ignored|we been ignoring',
  trend:
    'dropping|dropped|drop|fallen|falling|fell|fall|decline|declining|down|change|changed|changing|going down|slipping|rising|improving|trend',
  client: 'client|customer|account',
  clients: 'clients|customers|accounts',
  doing:
    'doing|check on|check in on|look in on|going on|how are things|happening|how is it going|how is|how are|getting on|get on|faring|coming along|shaping up|progressing|bearing up|stand with us|feel about us|feeling about us|what is up with|up with|these days|holding up these days|in general|how do they stand|how they are|doing with us',
} as const
export type Concept = keyof typeof CONCEPTS

/** Words that carry no topic: they neither help nor hurt. */
export const NEUTRAL_WORDS =
  `the a an of in on at to for with by per from and or our ours my mine your yours their theirs its his her we i you he she they it
  is are was were be been being am do does did done has have had having can could would should will may might shall me us them this that
  these those here there what which who whom whose how why when where whether if so just please kindly now right currently today presently
  moment latest overall all any some much many more less most least than as about into out up down over through still really quick quickly
  one ones again also too very then not no yes want need like would give show tell get got see know let look looks pull run walk take make
  check find say list display bring talk thanks thank cheers ok okay well good bad best actually basically maybe perhaps exactly only both
  other else before after between against end ends ended start lately recently days day these often usually usual normal normally typical
  typically average avg mean compared comparison sales selling sell business company us number numbers figure figures thing things way
  point bit little quite pretty even ever yet since while during until first last everything anything something must ought able
  assessment analysis analyse analyze go going come comes came put keep hold holding work works think feel sure quick hello hi hey there
  me myself each every per another same kind sort share detail details depth deep dive rundown level current at need needs next go 1:1 morning afternoon evening minute low high lower higher big small large main major key unusually especially particularly roughly generally soon later honest honestly short brief real serious obvious clear gone understand wonder wondering curious ask asking mean means seem seems appear still second picture concerning certain somewhat median already around back
  anymore brewing worst percent pursuing pursue agree side anyone together forever lines line sentences sentence words bullet bullets paragraph highest lowest count counts side plate under driving drives driver behind reason reasons cause causes so um uh er like basically honestly really totally kinda sorta gonna wanna gotta atm asap fyi btw tho though cause because got gets getting give given use thing stuff
  people person folks guys someone somebody anybody whole entire complete quick own owns owned having something nothing none without within next
  dear hope hoping moment minute minutes second seconds hour meeting call talking discuss discussing chat speak asap before ahead off onto upon among along despite regarding concerning wise
  per type typical type sort rate wise course definitely probably possibly apparently supposedly supposed may maybe never ever always sometimes often usually
  new recent latest later early open-ended every single couple few several lots lot plenty bunch bit enough too so such quite rather
  say says said tell tells told hear heard read see saw seen seems looked looking watch believe guess suppose wonder hope try trying tried keep keeps kept start starts stop stops begin turn turns turned
  am're it's that's pull pulled bring brings put puts take takes taken took make makes made let lets want wants wanted wish
  could'nt cant wont isnt doesnt didnt havent hasnt arent can't today's week's sales-wise wise mine myself ourselves themselves himself herself
  sit sits currently far long time times around early share percentage proportion portion`
    .split(/\s+/)
    .filter((word) => word !== '')

/** Words of their own that look like a slip of one of the playbook's. */
export const NO_SLIPS = new Set(
  'printer pointers prints priest profess contract contracts weight weigh competition marketing holiday holidays revenue revenues resource resources security closet clothes source sources climate chef people client-side leader leaders loading heading customs custom customize recording records stocks phrase please cooking looking booking working walking talking wealth wealthy stealth healthcare produce producer production process industrial rating renting parents patent sign-in signal design designer resign openai opener option options station nation rational relation friction fraction traction'.split(
    ' ',
  ),
)

/** Kinds of deal that belong to a deal's name when they follow it: `Northgate renewal`. */
export const NAME_TAILS = new Set([
  'renewal',
  'expansion',
  'upgrade',
  'rollout',
  'pilot',
  'extension',
  'upsell',
  'migration',
  'add-on',
  'addon',
  'refresh',
])

/** Nouns that stand right before or after a record's name. */
export const RECORD_NOUNS = new Set([
  'deal',
  'opp',
  'opportunity',
  'oppty',
  'account',
  'client',
  'customer',
  'renewal',
  'negotiation',
])

/** Joins capitalised words inside one name: `Bluestone Properties - Payments`, `Bank of Ohio`. */
export const NAME_JOINTS = new Set(['&', '-', 'of', 'and', 'de', 'the', '+'])

/** Verbs that open an order; capitalised at the start of a sentence they are no names. */
export const ORDERS = new Set(
  "set add log record update note mark save put make enter capture register write store replace change create delete remove move assign reassign invite schedule email call send draft prepare plan book open close cancel refund export import compare recommend solve convert discount offer increase decrease raise lower rename merge archive act act's list show give tell review analyse analyze assess check coach help summarise summarize predict forecast calculate compute estimate translate explain describe define generate build design print sort filter rank remind notify ping share forward order buy sell pay undo redo restore upload download sync connect install configure reset enable disable approve reject block unlock fire hire proofread rewrite answer reply quote deal split group break using based considering given speaking regarding rate walk take pull fetch run start stop help how'd please pls kindly".split(
    ' ',
  ),
)
