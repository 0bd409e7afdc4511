import type { CraftCue } from './craft-cue.ts'

const REP_BESIDE =
  /^(?:skills?|coaching|development|training|improv(?:e|ing|ement)|coach|train|practi[sc]e|better|work|focus|areas?|build|closing|discovery|move|numbers?|selling|quota|target|against|compare|compared|rest|team|stage|win|close|rate|rates?|losing|lose|deals|strong|weak|better|tracking|track|read|quick|1:1|number|for|thing|rep|seller|ahead|behind|win|more|learn|stats|strengths|weaknesses|show)$/
export const REP_CUES: readonly CraftCue[] = [
  {
    skill: 'plan-skills',
    name: 'person',
    words: [
      /\b(?:(?:coaching|development|training|skills?|learning|improvement) (?:plan|areas?)|areas of development)\b/,
    ],
    beside: REP_BESIDE,
  },
  {
    skill: 'plan-skills',
    name: 'person',
    words: [
      /\b(?:what|which skills?|where|how|what skill)\b/,
      /\b(?:improve (?:first|next|most)|(?:need|have) to (?:improve|get better|practi[sc]e)|(?:work|focus) on(?: improving| next| first)?|(?:should|can|could|do) i (?:practi[sc]e|train|coach|improve|get better|build|help)|get better at|move the needle|to practi[sc]e)\b/,
      /\b(?:skills?|improv(?:e|ing)|practi[sc]e|train|coach|get better|work on|focus on|move the needle|build)\b/,
    ],
    beside: REP_BESIDE,
  },
  { skill: 'plan-skills', name: 'person', words: [/\bhelp me coach\b/] },
  {
    skill: 'review-performance',
    name: 'person',
    words: [
      /(?<!\b(?:coverage|pipeline|pipe)\b.*)\b(?:(?:his|her|their|my) numbers|against (?:target|quota|plan)|(?:make|making|hit|hitting|on track (?:for|to)|reach) (?:my |his |her |their )?(?:quota|target|number)|my (?:stats|results|strengths|weaknesses|win rate)|am i losing|selling|losing deals|lose deals|performance|performing|tracking|so far|my quarter|good at)\b/,
    ],
    beside: REP_BESIDE,
  },
  {
    skill: 'review-performance',
    name: 'person',
    words: [/\b(?:compare[ds]?|better|worse|stack up|stacks up)\b/, /\b(?:team|peers|others|colleagues|average)\b/],
    beside: REP_BESIDE,
  },
  {
    skill: 'review-performance',
    name: 'must',
    words: [/\bhows?\b/, /\bdoing this quarter\b/],
    beside: REP_BESIDE,
  },
  {
    skill: 'review-performance',
    name: 'person',
    isOfPast: true,
    words: [
      /\b(?:am i|have i|did i|is|has|how)\b/,
      /\b(?:ahead|behind|better|worse|improved|slower|faster)\b/,
      /\b(?:last|previous|before|a year ago|used to)\b/,
    ],
    beside: REP_BESIDE,
  },
  {
    skill: 'plan-skills',
    name: 'person',
    words: [
      /\b(?:what|whats|which|how|where)\b/,
      /\b(?:(?:should|could|must|can|do|need to) (?:i|we)?(?: |$)?|i (?:should|could|must|need to) )/,
      /\b(?:practi[sc]e|learn|train|improve|get better|work on)\b/,
    ],
    beside: REP_BESIDE,
  },
]
