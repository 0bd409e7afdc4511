import { MEDDPICC, type MeddpiccFinding, type MeddpiccName } from './call-review.ts'
import { countWords, isQuestion, type Sentence } from './heard-lines.ts'

interface Sign {
  /** In words of the client's side that are no question. */
  readonly said: RegExp
  /** A question of ours to which the client's next words are the answer. */
  readonly asked?: RegExp
}

const NUMBER = String.raw`(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|half|a third|a quarter)`

const SIGNS: Readonly<Record<MeddpiccName, Sign>> = {
  metrics: {
    said: new RegExp(
      String.raw`\b(?:from|by|above|below|under|over|to|about|around|roughly|save|saves|cut|reduce|costs? us|loses?|losing|takes?)\s+(?:us |me |them |him |her |my team |the team )?(?:about |around |roughly |at least )?(?:\$|€|£)?${NUMBER}\s*(?:%|percent|hours?|days?|weeks?|k\b|thousand|million|dollars|people|in (?:two|three|four|five|ten)\b)|\bcosts? us\b.{0,30}(?:\$|€|£)?\d|\bfrom ${NUMBER}(?: \w+)? to ${NUMBER}\b|\b(?:under|below|above|over) ${NUMBER}(?: percent| ?%)?\b|\b${NUMBER}(?: ?k| thousand)? a (?:year|month|week|quarter)\b|\b${NUMBER} in (?:two|three|four|five|ten)\b|\b(?:autopay|adoption|conversion|on-time payments?) (?:above|below|under|at|is) ${NUMBER}\b`,
      'i',
    ),
    asked:
      /\b(?:how (?:do|will|would) you measure|what (?:would|will) success|call it a success|which (?:number|figure|metric|kpi))/iu,
  },
  economic_buyer: {
    said: /\b(?:the )?(?:money|budget) (?:comes|sits|is) (?:from|with|out of)\b|\bpays for (?:it|this)\b|\bhas the (?:last|final) word\b|\b(?:holds? the purse|(?:has|have|needs?) to sign\b|(?:then )?(?:he|she) signs\b|releases? the (?:money|funds|budget)|approved by (?:mr|mrs|ms|the|our)\b|(?:is|['’]s) my budget|signs? (?:off|the (?:contract|cheque|check|budget))|holds? the budget|owns? the budget|controls? the budget|final (?:say|sign-?off|approval|decision)|has to approve (?:the (?:budget|spend|money|purchase)|anything)|approves? (?:the (?:budget|spend|money|purchase|deal)|anything (?:over|above)))\b/iu,
    asked:
      /\b(?:who (?:else )?(?:signs|holds the budget|owns the budget|has the final|makes the final|decides)|whose (?:no|budget|signature))\b/iu,
  },
  decision_criteria: {
    said: /\bfirst and foremost\b|\bno exceptions\W*$|\bcounts? (?:double|most|twice)\b|\b(?:list|catalogue) of (?:\p{L}+ )?requirements\b|\bwe\b.{0,60}\bweigh(?:t|ed)? (?:them|everything)\b|\bif\b.{0,80}\b(?:it|you)(?:['’]s| is|['’]re| are) out$|\b(?:one|two|three) things? for me:|\b(?:comes? down to|it must (?:not )?\w+|(?:it|that) (?:has|needs?) to (?:talk|work|run|sync|plug|fit)|we score|we(?:['’]ll| will)? (?:rank|weigh|rate) |(?:our|the|my) (?:main |top |key |first |decision )?(?:criteria|criterion|requirements?|must-?haves?)(?: list)? (?:is|are|will be)|(?:it|you|whatever we (?:buy|choose|pick)) (?:has|have|needs?) to (?:integrate|connect|support|meet|comply|work with|pass)|we (?:will|['’]ll) (?:compare|score|judge|decide) (?:it |you |them |everyone |vendors )?(?:on|by)|what matters (?:most )?(?:to us )?is|deal-?breaker)\b/iu,
    asked:
      /\b(?:what(?:['’]s| is| will| would) (?:going to )?(?:matter|tip|count)|how will you (?:pick|compare|decide between)|when you (?:choose|compare|pick)|how (?:will|do|would) you choose|what would (?:it|ours|we|the tool) (?:have|need) to do|what (?:would|will|do) you (?:compare|judge|decide|measure)|which criteria|what matters most|what would have to be true)\b/iu,
  },
  decision_process: {
    said: /\b(?:board|committee|council|management|purchasing) (?:takes it from there|votes|gets to see it|looks at it)\b|\bthen (?:purchasing|procurement|management|the (?:board|committee|owners)) \p{L}+s\b|\b(?:scoring|steering|selection|evaluation) committee\b|\brecommendation\b.{0,60}\b(?:board|committee|owners|council|round|management)\b|\b(?:then\b.{0,50}\b(?:signs?|approves?|decides?|to (?:him|her)|(?:to|past|through) the (?:\w+ )?(?:committee|board|meeting|council))|(?:goes|go|takes?) (?:to|past|through|by) the (?:\w+ ){0,2}(?:committee|board|council|meeting|panel)|(?:goes|go|went|takes?) (?:it |this |that )?(?:then |first )?to (?:the )?(?:board|committee|steering|ceo|cfo|cio|owners|finance|partners)|(?:the )?(?:board|committee|steering group|cfo|ceo|owners) (?:meets|decides|votes|reviews|has to (?:see|approve))|(?:first|then|after that|next) (?:finance|legal|security|procurement|it|the board|the committee|the cfo) (?:looks|reviews|signs|decides|has to)|(?:we|they) (?:will )?decide (?:on|by|in|before|at)|decision (?:is|will be) (?:made|taken)|our process is)\b/iu,
    asked:
      /\b(?:how (?:do|will) you (?:decide|make (?:the|this|a) decision)|what (?:are|is) the (?:steps?|process)|who else (?:looks at|is involved|needs to|has to)|decision process|between (?:now|here|us|you) and|(?:anything|what)(?: else)? before (?:a|the|you|we) (?:signature|decision|sign|decide)|what would have to happen|when does the (?:board|committee))\b/iu,
  },
  paper_process: {
    said: /\b(?:raises?|registers?|onboards?|creates?) (?:the |a |you as a )?vendor\b|\bsigns? electronically\b|\b(?:(?:our )?(?:legal|lawyers?|counsel|security|procurement|compliance) (?:wants?|needs?|(?:has|have) been (?:through|over)|requires?|must|insists?)\b|purchase order\b|raised by procurement|legal (?:needs|will need|takes|reviews?|has to|will (?:redline|review|want|look))|(?:our )?procurement (?:needs|takes|will|has to|requires|runs)|security (?:questionnaire|review|form)|vendor (?:form|onboarding|registration)|(?:purchase order|msa|dpa|nda)\b.{0,40}\b(?:needs|takes|sign|signed|first|required|before)|(?:redlines?|paperwork) (?:takes?|goes|go|will)|they will send you their own form)\b/iu,
    asked:
      /\b(?:how (?:does|do|will) (?:a |the )?contracts? (?:get|go)|what does (?:legal|procurement) (?:need|want)|paper process)\b/iu,
  },
  identified_pain: {
    said: /\bstopped using (?:it|(?:the|your) (?:thing|tool|system|software|app|product))\b|\b(?:is|are|it['’]s) a (?:complete |total )?(?:mess|nightmare)\b|\b(?:search|system|process|reporting|software|tool) is (?:too |so |really |painfully )?(?:slow|broken)\b|\bdon['’]t find what\b|\b(?:waits?|stuck|sits?|queues?) .{0,40}\bfor (?:\p{L}+ )?(?:hours|days|weeks)\b|\bthe reason we (?:started|began|are looking)\b|\b(?:regulator|auditors?)\b.{0,40}\b(?:finding|warning|fine)\b|\beats? (?:up )?(?:\p{L}+ ){0,3}(?:people|hours|days)\b|\b(?:writ(?:e|es|ing) off|killing us|re-?(?:typ|key)\w+|spends? (?:every|all|half|the whole|hours|days|\w+ (?:hours|days))|(?:doing|do) nothing but|i hate it|dies there|(?:we(?:['’]ve| have)|there(?:['’]s| is)) (?:got )?no (?:trail|overview|visibility)(?! \w+ (?:group|club))|nobody (?:chases|knows|owns|can tell)|lost (?:\w+ ){1,4}(?:because|for want of)|only find out|find out (?:about|only)|costs? us|we (?:lose|waste|struggle|keep losing|are losing)|(?:the|our|my) (?:biggest |main |real )?(?:problem|pain|headache|bottleneck) is|by hand\b|drives? (?:us|me|my team|everyone) (?:mad|crazy|up the wall)|takes? (?:us |my team |the team )?(?:too long|forever|(?:two|three|four|five|six|\d+) (?:days|weeks|hours))|cost us the most|never match|nothing is kept|falls? through the cracks)/iu,
    asked:
      /\b(?:keeps? you up|what made you|what (?:does|did|do) (?:it|that|this|those|they) cost|what is (?:hardest|the problem)|where does it hurt)\b/iu,
  },
  champion: {
    said: /\b(?:is|['’]s) a (?:big|huge|real) fan(?! of (?!you|it|this))\b|\bfought for (?:you|us|it|this)\b|\bi(?:['’]ve)? told\b.{0,60}\b(?:the one|i want|we (?:should|need|want))\b|\b(?:i(?:['’]ve| have) been (?:telling .{0,40}\bwe (?:should|need)|pushing (?:for|it|this)|selling (?:it|this)|fighting for|arguing for|making the case)|i(?:['’]ve)? (?:showed|shown) (?:(?:it|this|that) to|(?:him|her|them|my \w+) (?:it|this|that|your|the .{0,30}\b(?:thing|demo|tool|numbers|proposal|offer|screens?|report|video|case)))\b|i(?:['’]ll| will) get (?:him|her|them|my \w+) to|we should just do it|i (?:will|['’]ll|can) (?:carry|champion|push|sell|take|pitch|defend|drive|present) (?:it|this|that) (?:upstairs|inside|internally|to (?:my|our|the)|up|through|forward)|i(?:['’]m| am) (?:behind|all for|backing) (?:it|this|you)|i want this (?:to happen|done)|i(?:['’]ll| will) (?:make the case|fight for|vouch for))\b/iu,
  },
  competition: {
    said: /\bthey(?:['’]re| are) (?:also )?pitching\b|\bthey (?:also )?(?:get|do|run) a (?:trial|pilot|demo)\b|\boffered us\b.{0,40}\b(?:rate|price|months|years|percent|discount|less)\b|\b(?:also (?:looking at|talking to|talking with|evaluating|considering|had .{1,30} on the line)|(?:another|other|second|three|two) (?:vendors?|offers?|quotes?|suppliers?|providers?)|compar(?:e|ing) you (?:with|to|against)|shortlist|(?:build|do) (?:it|this) (?:ourselves|in-?house))\b/iu,
    asked:
      /\b(?:who else (?:are you|is on)|what else (?:are you|is being) (?:looking|considered|evaluat)|compared with what|other (?:vendors|options))\b/iu,
  },
}

const MAX_QUOTES = 3
/** "None", "I don't know", "why?" and a bare yes are no answer. */
const NO_ANSWER =
  /^(?:(?:i |we )?(?:don['’]t|do not) know|no idea|not sure|none|nobody|nothing|no|yes|yeah|hm+|good question|why|let me|i(?:['’]d| would) (?:have to|need to))\b/i

/**
 * Which of the eight things a deal needs were heard, each with the line it was heard in. Only the client's words count, or
 * those of somebody whose side is unknown: what we say of their criteria is what we hope. Metrics and pain may overlap.
 */
export function findMeddpicc(sentences: readonly Sentence[], rivals: ReadonlySet<number>): MeddpiccFinding[] {
  return Object.entries(MEDDPICC).map(([key, { letter, label, ask }]): MeddpiccFinding => {
    // The table's own keys.
    const name = key as MeddpiccName
    const quotes = sentences.filter(
      (sentence, index) =>
        isHeard(SIGNS[name], sentences, index) ||
        (name === 'competition' && sentence.side !== 'us' && rivals.has(index)),
    )
    return { name, letter, label, state: quotes.length > 0 ? 'heard' : 'gap', quotes: quotes.slice(0, MAX_QUOTES), ask }
  })
}

function isHeard({ said, asked }: Sign, sentences: readonly Sentence[], index: number): boolean {
  const sentence = sentences[index]
  if (sentence === undefined || sentence.side === 'us' || isQuestion(sentence.text)) return false
  if (said.test(sentence.text)) return true
  const before = sentences[index - 1]
  if (asked === undefined || before === undefined || before.side !== 'us' || !isQuestion(before.text)) return false
  return asked.test(before.text) && !NO_ANSWER.test(sentence.text) && countWords(sentence.text) >= 1
}
