/** A text cut into words for the cues: lower case, without apostrophes, short forms written out, places of the original kept. */
export interface CueWord {
  /** What the cues compare. */
  readonly plain: string
  readonly start: number
  /** Without a possessive ending. */
  readonly end: number
  readonly isCapital: boolean
  readonly isMark: boolean
  readonly isPossessive: boolean
}

const WORD = /\bw\/|\d+:\d\d|[\p{L}\p{N}]+(?:['’.&_-][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu
/** Short forms and slips of busy people; what is not in here is compared as it stands. */
const SHORT: Readonly<Record<string, string>> = {
  'w/': 'with',
  w: 'with',
  u: 'you',
  ur: 'your',
  r: 'are',
  pls: 'please',
  plz: 'please',
  tmrw: 'tomorrow',
  tmr: 'tomorrow',
  tomorow: 'tomorrow',
  til: 'until',
  till: 'until',
  folow: 'follow',
  follwup: 'followup',
  mtg: 'meeting',
  acct: 'account',
  accts: 'accounts',
  cust: 'customer',
  custs: 'customers',
  cal: 'call',
  gonna: 'going to',
  wanna: 'want to',
  gotta: 'have to',
  gimme: 'give me',
  em: 'them',
  bout: 'about',
  abt: 'about',
  qtr: 'quarter',
  mo: 'month',
  yr: 'year',
  "y'all": 'you',
}

export function cueWords(text: string): CueWord[] {
  return [...text.matchAll(WORD)].map((match) => {
    const raw = match[0]
    const isMark = !/[\p{L}\p{N}]/u.test(raw)
    const isPossessive = /['’]s$/i.test(raw) && !/^(?:what|how|where|who|that|it|there|here|let|he|she)['’]/i.test(raw)
    const bare = isPossessive ? raw.slice(0, -2) : raw
    const plain = bare.toLowerCase().replaceAll(/['’]/g, '')
    return {
      plain: Object.hasOwn(SHORT, plain) ? (SHORT[plain] ?? plain) : plain,
      start: match.index,
      end: match.index + bare.length,
      isCapital: /^\p{Lu}/u.test(raw),
      isMark,
      isPossessive,
    }
  })
}

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/)
}

/** Words that say nothing about what is asked: grammar, politeness, times, and the nouns around a record's name. */
export const FILLERS: ReadonlySet<string> = new Set([
  ...words(`a an the this that these those here there my mine me our ours us i we you your they them their he him his
    she her it its to for with at on in of from by into onto over up down out off as and or but so then than if when
    while also too just only even still again back about around during through per s`),
  ...words(`is are was were am be been being do does did done doing has have had having can could would should will
    shall may might must need needs needed want wants im ive id ill were youre theyre hes shes its whats hows wheres
    whos thats lets dont cant`),
  ...words(`what which who whom whose how why where when whether any anything some something someone all every each
    much many more most less lot lots bit not no yes ok okay yeah hey hi hello please thanks thx quick quickly asap
    kindly maybe really very actually right now then one ones`),
  ...words(`today tonight tomorrow yesterday todays tomorrows yesterdays mornings mondays tuesdays wednesdays thursdays
    fridays morning afternoon evening noon day days week weeks month months quarter
    quarters year years half hour hours min mins minute minutes monday tuesday wednesday thursday friday saturday
    sunday mon tue wed thu fri soon next last latest recent recently lately current currently upcoming coming first
    am pm oclock before after since until ago early late later this`),
  ...words(`deal deals client clients customer customers account accounts call meeting demo opportunity opp opps
    prospect buyer team company give get gets got show tell see look looks looking make makes made put together help
    know think say says said go goes going gone come comes take let start want like good well new old own keep run
    pull bring`),
])

/** Nouns of any office: in small letters they are nobody's name. */
export const THINGS: ReadonlySet<string> = new Set(
  words(`product products model models system systems process processes data feature features market marketing
    website site software tool tools app report reports page pages budget contract contracts salary salaries pay
    bonus vacation holiday interview hiring recruiter recruiting candidate intern school exam board release sprint
    engineering support legal security office industry competitor competitors vendor supplier landlord partner
    gym golf tennis chess spanish german french english girlfriend boyfriend husband wife kid kids mom dad brother sister
    grandma ex cat dog plant garden ceo cfo coo cto cio drugs doctor dentist lawyer bank tax taxes rent game match
    movie novel podcast news economy election marathon negotiation prospecting qualification presentation leadership communication sales saas business revenue
    conference webinar newsletter campaign survey standup retro strategy policy expenses invoice password`),
)
