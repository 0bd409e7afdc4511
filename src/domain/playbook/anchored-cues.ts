import type { PlaybookSkill } from './intents.ts'

/**
 * Words that ask for a skill of the one record or person whose name stands in the question. The name shows that the trade
 * is meant, so that the words around it need not all be known. `NAME` stands in
 * its place. All of `words` must occur, none of `unless`.
 */
export interface AnchoredCue {
  readonly skill: Exclude<PlaybookSkill, 'record-next-step' | 'handle-objection'>
  readonly words: readonly RegExp[]
  readonly unless?: RegExp
}

const DEAL = String.raw`\b(?:deals?|opp|opportunity)\b`
/** Asks what to do, in whatever words. */
const WHAT_TO_DO =
  /\b(?:what (?:do|should|can|could|must) (?:we|i|you) (?:do|try|change)|whats? (?:is |are )?(?:our|my|the|your) (?:best )?(?:options?|play|move|plan|response|action)|what are (?:our|my|the) options|how (?:should|do|can|could|would) (?:we|i) (?:react|respond|step in|act|intervene)|(?:what|which|any) (?:measures?|steps|actions?|ideas)|give me (?:steps|options|ideas|a plan)|need to act|before its too late|what now|do you (?:recommend|suggest)|what can be done|how (?:should|do|can|could|would) (?:we|i) (?:deal|fix|solve|handle|address)|who (?:talks|speaks|goes|calls)|whats next|next steps? (?:for|with)|first (?:thing|step) (?:to do)?|do (?:we|i) do about|who should step in)\b/
/** A client that is not well. */
const TROUBLE =
  /\b(?:unhappy|upset|angry|furious|frustrated|disappointed|annoyed|complain\w*|escalat\w*|south|at risk|in trouble|terrible|awful|poor|bad|weak|low|drop\w*|(?:are|were) losing|fall\w*|fell|declin\w*|slipp\w*|crash\w*|worse|red|silent|quiet|stopped|barely|hardly|too late|(?:sponsor|champion|contact) (?:has |just )?(?:left|quit|resigned|gone)|churn\w*|threaten\w*|leaving|wants? (?:to )?(?:cancel|leave|quit|out)|cancel\w*|halved|collapsed|plummet\w*)\b/
const LEAVE = String.raw`(?:churn(?:s|ing)?|leav(?:e|es|ing)|cancel(?:s|l?ing)?|walk(?:s|ing)? (?:away|out)|quit(?:s|ting)?|terminat(?:e|es|ing)|defect(?:s|ing)?|jump(?:s|ing)? ship|wants? out|look(?:s|ing)? (?:elsewhere|around)|shop(?:s|ping)? around|switch(?:es|ing)?|drop(?:s|ping)? us|be gone|gone by|not renew(?:ing)?)`
const KEEP = String.raw`(?:stay(?:s|ing)?|stick(?:s|ing)? (?:with|around)|remain(?:s|ing)?|be with us|still be (?:a |our )?(?:client|customer|with us|here)|renewing)`
const CALL =
  /\b(?:calls?|phone|demo|conversation|meeting|transcript|recording|zoom|discovery|session|workshop|presentation|pitch|chat|debrief|hung up)\b/
const WRITE =
  /\b(?:draft|write|word|compose|phrase|put together|send|reply|respond|e-?mail|mail|message|text|line|note)\b/
const MEET =
  /\b(?:meet(?:ing|s)?|calls?|demo|conversation|zoom|teams|visit(?:ing)?|sit[- ]?down|lunch|coffee|site|calendar|appointment|session|workshop|presentation|seeing|see NAME|invited|before i|on with NAME|dinner|before i (?:call|see|meet|talk|speak|go)|talk(?:ing)? to|present(?:ing)? to|heading (?:to|over)|running into|in the room|\d+(?::\d+)? ?(?:am|pm)|walk in(?:to)?|jump on|hop on|dial in|kick-?off|intro|chat|in an hour|phone)\b/
const GET_READY =
  /\b(?:prep\w*|brief\w*|get (?:me|us) ready|get ready|ready for|rundown|run-?through|cheat sheet|one-?pager|talking points|agenda|what (?:do|should|must) i (?:need to )?(?:know|ask|bring|push|walk|say|open|cover|mention|expect|watch)|(?:which|what) questions|anything i should|need to know|(?:how|what) should i (?:open|start|begin)|catch me up|up to speed|up to date|what should (?:we|i) (?:talk|discuss)|best way to (?:start|open)|anything important|notes for|in \w+ minutes|what should i show|do i need from|together before|give me the highlights(?! of)|what do i have to|(?:any|some) questions i|help me prepare|what do they care|whats open|refresh)\b/
const PAST =
  /\b(?:did|was|were|went|came|ran|held|had|promised?|agreed|committed|could (?:i |we )?have|should (?:i |we )?have|feedback|recap|summar\w+|debrief|go(?:ing)? (?:through|over)|open points|action items|take-?aways?|left|leave|uploaded|recorded|said|happened|highlights of|go wrong|mention\w*|object\w*)\b/

const WRITTEN: readonly AnchoredCue[] = [
  {
    skill: 'prepare-qbr',
    words: [
      /\b(?:qbrs?|ebrs?|(?:business|quarterly|executive|exec|annual|yearly) reviews?|(?:in|at|for) (?:their|the|our) quarterly|quarterly with NAME)\b/,
    ],
  },
  {
    skill: 'draft-follow-up',
    words: [
      WRITE,
      /\b(?:nudge|chaser?|chase|reminder|follow[- ]?up|thank[- ]you|thanks|recap|sum(?:ming|s)? up|summar\w+|check[- ]?in|open points|and (?:say|tell)|forget us|promised|(?:come|get) back|last (?:mail|e-?mail|message)|(?:went|gone|going) (?:quiet|dark|silent)|agreed|discussed|we met|met (?:today|yesterday|this morning)|spoke|talked|after (?:\w+ ){0,2}(?:call|meeting|demo|conversation|visit|workshop|session|presentation|lunch|talk)|(?:not|nt|never) (?:answered|replied|responded|come back)|(?:havent|hasnt|not) (?:answered|replied|responded|heard))\b/,
    ],
    unless:
      /^(?:when|why|who|did|have|has|what did)\b|\b(?:goals|milestones|success plan|next steps? (?:on|for) NAME|invoice|contract|job)\b/,
  },
  {
    skill: 'draft-follow-up',
    words: [
      /\b(?:nudge|chaser|thank[- ]you (?:note|mail|e-?mail|message)|check[- ]in (?:mail|e-?mail|note|message))\b/,
    ],
  },
]

const CALLS: readonly AnchoredCue[] = [
  {
    skill: 'prepare-meeting',
    words: [MEET, GET_READY],
    unless: new RegExp(
      String.raw`${DEAL}|\b(?:how did|did (?:i|we|they|NAME)|during|what came|success|goals|after|draft|mail|email|coaching)\b`,
    ),
  },
  {
    skill: 'review-call',
    words: [CALL, PAST],
    unless:
      /\b(?:draft|write|e-?mail|mail|compose|message|what now|will|likely|before|upcoming|tomorrow|prep\w*|how (?:many|often)|number of|needs? to|should (?:i|we|you) (?!have))\b/,
  },
  {
    skill: 'review-call',
    words: [
      /^(?:what |where |when )?did (?:we|i|they|he|she)\b.*\b(?:talk|discuss|mention|promise|agree|say|ask|offer|raise|object)/,
      /\b(?:yesterday|last (?:time|week)|today|this morning|on (?:mon|tues|wednes|thurs|fri)day)\b/,
    ],
  },
]

const REP = String.raw`(?:(?:his|her|their|the) )?`
const REPS: readonly AnchoredCue[] = [
  {
    skill: 'plan-skills',
    words: [
      /\b(?:skill gaps?|(?:learning|development|coaching|training|improvement|growth) (?:plan|program(?:me)?|areas?|needs?|goals?)|(?:what|which|how|where|if).*\b(?:(?<!by )train(?:ing)?|practi[sc]e|learn|improve|get better|better at|coaching|habits?|work on)|weak (?:spots?|points?|sides?).*\bfix\w*|exercises for NAME|help NAME (?:to )?(?:win|sell|close)|get NAME to (?:ask|close|sell|prospect|listen|qualify|follow|negotiate|talk)|holding NAME back)\b/,
    ],
    unless: new RegExp(
      String.raw`${DEAL}|\b(?:call|demo|product|usage|adoption|client|customer|account|relationship|health|offers?|who trains)\b`,
    ),
  },
  {
    skill: 'review-performance',
    words: [
      new RegExp(
        String.raw`\b(?:numbers (?:on|for|of) NAME|(?:better|worse|slower|faster|bigger|smaller|ahead|behind|compare[ds]?|stack up).*\b(?:peers|team|others|colleagues|average|january|february|march|april|june|july|august|september|october|november|december|before|quota|target)|los(?:e|es|ing) ${REP}(?:most )?(?:of )?${REP}deals|miss(?:ed|es|ing)? ${REP}(?:target|quota|number|goal)|track record|(?:one on one|1:1|one-on-one|appraisal|performance review) with NAME|NAME (?:performance|results|attainment)|quota attainment|how did NAME do (?:in |last |this )|how far (?:is|was) NAME (?:from|off|behind)|NAME (?:quarter|month|year|half) (?:going|look\w*|go)|deals (?:has|did|does|have) NAME (?:won|win|closed?|lost|lose)|NAME (?:\w+ ){1,3}more than (?:the )?(?:others|rest|team|peers|average))\b`,
      ),
    ],
    unless: /\b(?:client|customer|account|usage|adoption|renewal|prep\w*)\b/,
  },
]

const CLIENTS: readonly AnchoredCue[] = [
  {
    skill: 'plan-success',
    words: [
      /\b(?:milestones?|checkpoints?|(?:what|which|set|our|joint|shared|agree on|define) (?:\w+ )?(?:goals|outcomes|objectives|targets)|goals|success (?:plan|look)|(?:what|how) (?:does|would|will) success|first (?:\d+|hundred|ninety|thirty|sixty) days|onboarding|roadmap|have achieved|achieve|(?:\d+|ninety|thirty|sixty|hundred)[- ]days? plan|kick-?off plan|(?:make|making|made) NAME success\w*|measure success|(?:map out|plan|outline) the next|next (?:year|quarter|half|\w+ (?:months|quarters)) with NAME|time to value|(?:to|get) value)\b/,
      /\b(?:we|our|us|set|agree|plan|lay out|build|make|draft|create|define|map|outline|joint|mutual|need|help me|should|what (?:does|would)|plan|roadmap (?:for|with)|making)\b/,
    ],
    unless: new RegExp(
      String.raw`${DEAL}|\b(?:hires?|employees?|coaching|training|quota|qbr|at risk|unhappy|value (?:did|do|have)|show)\b`,
    ),
  },
  {
    skill: 'plan-intervention',
    words: [
      new RegExp(
        String.raw`\b(?:(?:save|rescue|recovery|intervention|get[- ]well|turn-?around|action) plan|(?:stop|keep|prevent) NAME from ${LEAVE}|(?:how|what|help|need|can|must|who|which|plan|steps?|way|action).*\b(?:(?:make|get|keep) NAME (?:happy|happier|satisfied|healthy|back|on track|green|to stay)|save|rescue|win back|(?:turn|get|win|bring) NAME (?:around|back)|turn around|(?:stop|keep|prevent) NAME from ${LEAVE}|keep NAME|calm|fix (?:things|the relationship)|(?:confidence|trust) back|repair|regain|rebuild)\b)`,
      ),
    ],
    unless: new RegExp(String.raw`${DEAL}|\b(?:likely|chance|odds|probability|call|the company|manager)\b`),
  },
  {
    skill: 'plan-intervention',
    words: [/\b(?:thing|steps?|what) to do about NAME\b/],
    unless: new RegExp(DEAL),
  },
  {
    skill: 'plan-intervention',
    words: [TROUBLE, WHAT_TO_DO],
    unless: new RegExp(
      String.raw`${DEAL}|\b(?:say|says|said|tell|told|answer|call|meeting|quota|price|expensive|manager)\b`,
    ),
  },
  {
    skill: 'predict-churn',
    words: [
      /\b(?:will|is|are|could|might|would|do(?:es)?|think|likely|chances?|odds|probability|likelihood|risk|danger|sure|confident|feeling|signs?|signals?|bet|speaks? (?:for|against)|hints?)\b/,
      new RegExp(
        String.raw`\b(?:NAME (?:\w+ ){0,3}${KEEP}|(?:they|it) (?:will )?${KEEP}|${LEAVE}|los(?:e|ing) NAME|los(?:e|ing) them)\b`,
      ),
    ],
    unless: new RegExp(
      String.raw`${DEAL}|\b(?:how (?:do|can|should|could|would|to)|what (?:do|should|can)|stop|prevent|avoid|save|rescue|when|stuck|call|meeting)\b`,
    ),
  },
  {
    skill: 'assess-health',
    words: [
      /\b(?:(?:drag|pull|weigh|bring)(?:s|ging|ing)? NAME down|status of NAME|hurting NAME|weighing on NAME.*|(?:mood|sentiment) (?:at|of|with) NAME|NAME (?:\w+ )?(?:turned|turn) (?:red|yellow|amber)|NAME still like .*|(?:people|users) (?:at|of) NAME (?:log in|use .*)|NAME (?:even )?(?:like|love|hate|trust)s? us|is NAME (?:\w+ )?using .*)(?: (?:now|today|right now|at the moment))?$/,
    ],
    unless: new RegExp(DEAL),
  },
]

const DEALS: readonly AnchoredCue[] = [
  {
    skill: 'coach-deal',
    words: [
      /\b(?:meddpicc|meddic|bant|economic buyer|single[- ]threaded|multi[- ]?thread\w*|decision criteria|who (?:have|havent|else|is) .*\b(?:talked|spoken|met|missing)|who havent we|how (?:well )?qualified|(?:revive|re-?engage|unstick|resurrect) (?:it|NAME|this)|poke holes|over the line|close plan|our (?:position|standing|shot|edge)|(?:could|will|would|might) kill|take to win|decision[- ]makers?|who decides|walk away from NAME|speed up NAME|clos(?:e|ing) NAME|NAME clos(?:e|ing)(?! (?:rate|ratio|more|less|deals))|NAME (?:keeps? )?(?:postpon|delay|stall)\w+|too optimistic|(?:a|any|real) chance (?:this|of closing)|who else (?:should|must|do|could)|win NAME(?! (?:confidence|trust|back)))\b/,
    ],
    unless: /\b(?:clients?|customers?|call|meeting|mail|email|what (?:is|does) (?:meddpicc|meddic|bant))\b/,
  },
]

/** Every anchored cue, the more exact ones first. */
export const ANCHORED_CUES: readonly AnchoredCue[] = [...WRITTEN, ...DEALS, ...CALLS, ...REPS, ...CLIENTS]
