import type { MemoryKind } from './memory.ts'
import type { MemorySlot } from './slots.ts'

/** What members say about themselves and their ways. */
export interface MemberStatement {
  readonly kind: MemoryKind
  readonly slot: MemorySlot | null
  readonly value: string | null
  readonly strength: number
}

interface MemberPattern extends Omit<MemberStatement, 'value'> {
  readonly pattern: RegExp
}

const NAME = String.raw`\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2}`
const ABOUT_ANSWERS =
  '(?:answers?|replies|reply|summar(?:y|ies)|tables?|bullets?|bullet points|charts?|emails?|e-mails?|messages?|numbers first|format|language|detail|tone|short|brief|concise|plain|direct)'
/** Talk of the moment, not a lasting preference. */
const PASSING =
  /\b(?:today|right now|this time|for now|at the moment|in this case|the (?:first|second|third|last|other) (?:one|option)|that one|this one|it|them|that)\b/i

const STYLE_WISHES: readonly RegExp[] = [
  /^(?:please )?(?:always )?keep (?:your|all) (?:answers?|replies|responses|summar(?:y|ies)|messages|texts?) (?<v>.{3,80})$/iu,
  /^(?:please )?(?:always )?(?:(?<=always )(?:answer|reply|respond)(?: to me| me)?|(?:answer|reply to|respond to) me) (?<v>(?:in|with) (?:(?:one|two|three|a few|\d)\b.{0,20}sentences?|bullets?|bullet points|tables?|plain|short|german|english|french|spanish)[^:?]{0,60})$/iu,
  /^(?:please )?(?:do not|don't) (?<v>(?:sugar-?coat|use (?:jargon|emojis?|buzzwords)).{0,80})$/iu,
  /^(?:please )?(?:always )?give me (?<v>(?:tables?|bullets?|bullet points|(?:the )?numbers|(?:the )?short version|charts?)(?: first)?,? (?:whenever|instead of|rather than|always|every time).{0,80})$/iu,
]

/** How a member wants to be answered, said as an order; null for any other order. */
export function matchStyleWish(sentence: string): string | null {
  for (const wish of STYLE_WISHES) {
    const value = wish.exec(sentence)?.groups?.v
    if (value !== undefined) return value.trim()
  }
  return null
}

const PATTERNS: readonly MemberPattern[] = [
  {
    kind: 'fact',
    slot: 'preferred_name',
    strength: 0.95,
    pattern: new RegExp(
      `^my name is .{2,60}?,? (?:but|and) (?:please )?(?:call me|i go by) (?<v>${NAME})(?=$|[,.])`,
      'u',
    ),
  },
  {
    kind: 'fact',
    slot: 'working_hours',
    strength: 0.8,
    pattern:
      /^i(?:'m)? (?<v>(?:usually |always )?(?:(?:start(?: work)?|finish) at \d(?!.*\b(?:today|tomorrow|tonight|next|this|on \w+day)\b).{0,60}|(?:out|off) (?:every (?:mon|tues|wednes|thurs|fri)day|on (?:mon|tues|wednes|thurs|fri)days).{0,40}))$/iu,
  },
  {
    kind: 'fact',
    slot: 'goal',
    strength: 0.85,
    pattern:
      /^i(?:'m| am) (?:aiming for|aiming to|trying to (?:become|reach|hit|get|close|grow)|working towards) (?<v>.{3,160})$/iu,
  },
  {
    kind: 'fact',
    slot: 'goal',
    strength: 0.8,
    pattern:
      /^i want to (?<v>(?:get|reach|hit|close|bring|grow|raise|become|win) (?=.*(?:\d|%|\b(?:quota|rate|average|promoted|lead|manager|deals)\b)).{3,120}\b(?:by|this|next|above|over|until) .{2,40})$/iu,
  },
  {
    kind: 'fact',
    slot: 'preferred_name',
    strength: 0.95,
    pattern: new RegExp(`^(?:please |just )*(?:you can )?call me (?<v>${NAME})(?=$|[,.])`, 'u'),
  },
  {
    kind: 'fact',
    slot: 'preferred_name',
    strength: 0.95,
    pattern: new RegExp(
      `^(?:i|everyone|everybody|people) (?:go by|goes by|calls me|call me) (?<v>${NAME})(?=$|[,.])`,
      'u',
    ),
  },
  {
    kind: 'fact',
    slot: 'preferred_style',
    strength: 0.9,
    pattern: new RegExp(
      String.raw`^i (?:always |really |strongly )?(?:prefer|like|want) (?:my |your |the )?(?<v>.{0,80}\b${ABOUT_ANSWERS}\b.{0,80})$`,
      'u',
    ),
  },
  {
    kind: 'fact',
    slot: 'working_hours',
    strength: 0.8,
    pattern:
      /^i(?:'m| am)? (?:usually |only |always |normally )*(?:work|working|available|in the office|reachable|online) (?<v>(?:from \d|between \d|on (?=mon|tues|wednes|thurs|fri|satur|sun|week)|until |till |mornings|afternoons|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|\d).{0,80})$/iu,
  },
  {
    kind: 'fact',
    slot: 'working_hours',
    strength: 0.8,
    pattern:
      /^i (?<v>(?:do not|don't|never) work (?:on |after |before |at |weekends|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?).{0,60})$/iu,
  },
  {
    kind: 'fact',
    slot: 'goal',
    strength: 0.85,
    pattern:
      /^my (?:main |personal |biggest )?(?:goal|target|objective|quota)(?: (?:for )?(?:this|next|the) (?:week|month|quarter|half|year))? is (?:now )?(?:to )?(?<v>.{3,160})$/iu,
  },
  {
    kind: 'fact',
    slot: null,
    strength: 0.7,
    pattern:
      /^i (?:always |really |much |strongly |usually )*(?:prefer|love|hate|can't stand|cannot stand|do not like|don't like|dislike|enjoy) (?<v>.{3,160})$/iu,
  },
  {
    kind: 'fact',
    slot: null,
    strength: 0.75,
    pattern: /^my (?:team|role|title|territory|region|birthday|background) (?:is|are|covers?) (?<v>.{2,160})$/iu,
  },
  {
    kind: 'fact',
    slot: null,
    strength: 0.75,
    // Who they are, not what they are like.
    pattern:
      /^my (?:manager|boss|assistant|backup|mentor|partner|wife|husband|daughter|son) is (?:called )?(?<v>\p{Lu}.{1,160})$/u,
  },
  {
    kind: 'fact',
    slot: null,
    strength: 0.75,
    pattern:
      /^i(?:'m| am) (?:now |also )?(?:responsible for|in charge of|based in|taking over|covering for|allergic to|new to) (?<v>.{2,160})$/iu,
  },
  {
    kind: 'fact',
    slot: null,
    strength: 0.7,
    pattern: /^i (?:now |also )?(?:cover|manage|own|live in|moved to|report to|look after) (?<v>.{2,160})$/u,
  },
  {
    kind: 'procedure',
    slot: null,
    strength: 0.8,
    pattern:
      /^what (?:worked|works|helped|got us there|won it|convinced them)(?: (?:best|well|every time|with .{2,60}?|for .{2,60}?|there|in the end))? (?:was|is) (?<v>.{5,200})$/iu,
  },
  {
    kind: 'procedure',
    slot: null,
    strength: 0.75,
    pattern:
      /^(?<v>.{5,120}) (?:worked (?:really |very )?well|works every time|did the trick|always works|turned the deal around)\b.{0,80}$/iu,
  },
]

/** What the sentence says about its speaker, or about what works; null when nothing lasting. Opening in lower case. */
export function matchMemberStatement(sentence: string): MemberStatement | null {
  for (const { pattern, kind, slot, strength } of PATTERNS) {
    const value = pattern.exec(sentence)?.groups?.v
    if (value === undefined) continue
    if (kind === 'fact' && PASSING.test(value)) continue
    return { kind, slot, value: slot === null ? null : value.trim(), strength }
  }
  return null
}
