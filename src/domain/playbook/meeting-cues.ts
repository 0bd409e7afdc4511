import type { CraftCue } from './craft-cue.ts'

const CALL = '(?:call|demo|meeting|conversation|transcript|recording|zoom|session)'
const MEETING =
  '(?:meeting|meet|call|calls|demo|zoom|teams call|sync|visit|onsite|on-site|check-in|checkin|catch-?up|appointment|presentation|kick-?off|1:1)'

const FOLLOW_UP_BESIDE =
  /^(?:draft|write|send|send-ready|compose|owe|short|brief|email|e-?mail|mail|note|notes|message|recap|summary|promised|thank|steps?|what|agreed|discussed|turn|text|reply)$/
export const FOLLOW_UP_CUES: readonly CraftCue[] = [
  {
    skill: 'draft-follow-up',
    name: 'may',
    words: [/\bfollow(?:[- ]?ups?)\b(?: (?:e-?mail|mail|note|message))?/],
    beside: FOLLOW_UP_BESIDE,
  },
  {
    skill: 'draft-follow-up',
    name: 'must',
    words: [
      /\b(?:recap(?:ping)?|thank you|summary|next steps)\b/,
      /\b(?:e-?mail|mail|note|write|draft|send|message)\b/,
      new RegExp(String.raw`\b(?:${CALL}|next steps|recap(?:ping)?)\b`),
    ],
    beside: FOLLOW_UP_BESIDE,
  },
  {
    skill: 'draft-follow-up',
    name: 'must',
    words: [/\b(?:write|draft|send|e-?mail|reply)\b/, /\bafter\b/, new RegExp(String.raw`\b${CALL}\b`)],
    beside: FOLLOW_UP_BESIDE,
  },
]

const CALL_BESIDE = /^(?:transcript|better|worse|discovery|listen|business|came|run|ran)$/
export const CALL_CUES: readonly CraftCue[] = [
  {
    skill: 'review-call',
    name: 'must',
    words: [
      new RegExp(String.raw`\b${CALL}s?\b`),
      /\b(?:(?:go|went) over|(?:go|going) through|review|break down|breakdown|analy[sz]e|listen (?:back|to)|feedback|debrief|take-?aways?|came out of|how (?:was|were|did)|(?:how )?(?:i|we) ran|did (?:we|i) (?:miss|promise|agree|commit|offer)|did (?:they|he|she) (?:object|ask|promise|complain|say|push back|agree)|i miss|could i (?:do|have done) better)\b/,
    ],
    beside: CALL_BESIDE,
  },
]

const MEETING_BESIDE =
  /^(?:ready|prep|prepare|prepping|brief|catch|agenda|walk|cheat|sheet|notes?|dial|jump|hop|going|ask|asking|open|questions?|talking|points?|present(?:ing)?|seeing|meeting|\d+(?::\d+)?(?:am|pm)?|checkin|phone)$/
const MEETING_ASK =
  /\b(?:prep(?:are)?(?: me)?|prep notes|brief(?:ing)?(?: me)?|get me ready|ready me|ready|cheat sheet|agenda|catch me up|walk me (?:in|into|through)|walk in with|(?:what|anything) (?:should|do|must) i (?:need to )?(?:know|ask|bring(?: up)?|say|remember)|anything i should know|what do i need to (?:know|bring up|ask)|i need to know|what questions(?! did)|talking points|whats open|help)\b/
export const MEETING_CUES: readonly CraftCue[] = [
  {
    skill: 'prepare-meeting',
    name: 'may',
    isNotOfDeals: true,
    words: [new RegExp(String.raw`\b${MEETING}\b`), MEETING_ASK],
    beside: MEETING_BESIDE,
  },
  {
    skill: 'prepare-meeting',
    name: 'must',
    isNotOfDeals: true,
    words: [
      /\b(?:(?:im|i am|we are|were|ill be|about to be|about to) (?:seeing|meeting|visiting|presenting to|talking to|on with|dialing|dial)|seeing|presenting to|ive got|i have got|i have|going in(?:to)?|before i (?:dial|go|walk|jump|call|join|meet)(?: in)?|(?:on|at|for) (?:monday|tuesday|wednesday|thursday|friday|\d+(?::\d+)?(?: ?(?:am|pm))?)|in an hour|with them)\b/,
      MEETING_ASK,
    ],
    beside: MEETING_BESIDE,
  },
]
