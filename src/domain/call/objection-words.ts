import type { ObjectionKind } from './call-review.ts'

const WE = String.raw`\b(?:i|we|they|he|she)`
const THINGS = String.raw`(?:tools?|systems?|software|apps?|projects?|vendors?|suppliers?)`

/** Objections in everyday words, a short pattern for each way of saying it; the more exact ones stand in `find-objections.ts`. */
export const OBJECTION_WORDS: readonly (readonly [ObjectionKind, readonly RegExp[]])[] = [
  [
    'price',
    [
      /\b(?:no|not enough|never any|hardly any) (?:money|funds?|budget)\b(?! (?:problem|issue))/iu,
      new RegExp(String.raw`${WE}(?: simply| just)?(?: can(?:['’]t|not)) (?:spend|pay|stretch to)\b`, 'iu'),
      /\b(?:price|rate|fee|cost|quote|figure)\b.{0,30}\b(?:steep|high|heavy|excessive|painful)\b/iu,
      /\b(?:need|want|expect)(?:s|ed)? (?:at least )?(?:an? )?(?:\p{L}+|\d+) ?(?:percent|%) (?:off|less|discount)\b/iu,
      /\bcan(?:['’]t|not) (?:sell|defend) (?:that|this|the) (?:price|number|figure|increase|cost)\b/iu,
      /\b(?:never|not|won['’]t) (?:going to )?approve (?:that|this)\b/iu,
    ],
  ],
  [
    'competition',
    [
      /\b(?:quoted|offered|gave|promised) us\b.{0,30}\b(?:less|cheaper|lower|discount|for free)\b/iu,
      /\b(?:went|go|going) with (?:somebody|someone|something) (?:cheaper|else)\b/iu,
      /\bcompetitor\b.{0,30}\b(?:cheaper|less|half|better|faster)\b/iu,
    ],
  ],
  [
    'timing',
    [
      /\bin the middle of (?:another|a|an|our) \p{L}+/iu,
      /\bnot (?:a|the) (?:good|great|best|right) (?:moment|time)\b/iu,
      /\b(?:park|postpone|shelve|push|delay) (?:this|it|that|everything)\b.{0,20}\b(?:until|till|to)\b/iu,
      /\bfreeze until\b|\b(?:it|it's|change|project|hiring|code|system) freeze\b/iu,
      /\b(?:team|people|everybody|everyone|we) (?:is|are|['’]re) (?:completely |totally )?(?:swamped|snowed under|stretched|maxed out|overloaded|drowning)\b/iu,
      /\b(?:other|bigger|different) priorities\b|\bnot (?:at the |on )?top of (?:my|our|the) (?:list|agenda)\b|\bn['’]t (?:at the |on )?top of (?:my|our|the) (?:list|agenda)\b|\b(?:down|off) the (?:list|agenda)\b/iu,
      /\b(?:nobody|no one)\b.{0,20}\bhas (?:the )?time\b/iu,
    ],
  ],
  [
    'authority',
    [
      /\bi (?:['’]d |would |will )?(?:have|need) to (?:ask|check with|consult|talk to|clear it with) (?:my|our|the) (?:boss|director|manager|board|head|cfo|ceo|management|partners?)\b/iu,
      /\bdo(?:n['’]t| not) have (?:the )?(?:authority|mandate|power)\b/iu,
      /\b(?:that['’]s|that is|this is|it['’]s) (?:for|up to) (?:the )?(?:head office|headquarters|board|management|group|directors?|others)\b/iu,
    ],
  ],
  [
    'trust',
    [
      /\b(?:rather|quite|pretty|too|very) (?:small|young|new) (?:a )?(?:company|vendor|supplier|firm|team)\b/iu,
      /\bnot (?:really |entirely )?(?:comfortable|at ease|happy) (?:with|about)\b.{0,40}\b(?:data|cloud|hosting|access|security)\b/iu,
      /\b(?:references|customers|clients) are (?:all )?(?:in|from) (?:another|other|different)\b/iu,
      /\bnot (?:sure|certain|confident) (?:that )?(?:you|your \p{L}+) (?:can|will|could)\b/iu,
    ],
  ],
  [
    'change',
    [
      new RegExp(
        String.raw`\b(?:people|staff|team|users|colleagues|drivers|nurses|teachers) (?:really )?hate (?:new|another|more) ${THINGS}`,
        'iu',
      ),
      /\b(?:roll-?out|introduction|migration|implementation|last (?:project|one))\b.{0,30}\bwas (?:a |an )?(?:\p{L}+ )?(?:disaster|nightmare|mess|failure)\b/iu,
      /\bafraid (?:that )?(?:nobody|no one|people|they|staff)\b/iu,
      /\b(?:sounds like|is|that['’]s) (?:a lot|too much|so much) (?:of )?(?:work|effort|change)\b/iu,
      /\b(?:users|staff|people|team|nurses|drivers|teachers|customers) (?:would|will) (?:revolt|complain|resist|refuse|ignore it|push back)\b/iu,
      /\b(?:have|need) to (?:re-?)?train (?:\p{L}+ )*(?:people|staff|users|everybody|everyone|hundred|thousand)\b/iu,
    ],
  ],
  [
    'need',
    [
      /\b(?:excel|spreadsheets?|paper|what we have)\b.{0,15}\b(?:does (?:it|the job|that)|works|is) (?:just )?fine\b/iu,
      /\b(?:happy|fine|content) with (?:what we(?:['’]ve| have) got|the way it is|how things are)\b/iu,
      new RegExp(
        String.raw`${WE}(?: do(?:n['’]t| not)| does(?:n['’]t| not)) see (?:what|why|how) (?:it|this|that|we)\b`,
        'iu',
      ),
      /\b(?:it['’]s|it is|you['’]re|you are) missing (?:the|a|an|some|our)\b/iu,
      /\b(?:you|it) (?:do|does)(?:n['’]t| not) (?:integrate|connect|talk|sync|work) (?:with|to)\b/iu,
      /\brather (?:build|do|make|write|keep) (?:it|this|our own|something)\b/iu,
    ],
  ],
]
