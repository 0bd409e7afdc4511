import type { Day } from '../day.ts'
import type { Side } from './parsed-call.ts'

/** Words of a call with the line of the stored text they stand on. */
export interface CallQuote {
  readonly line: number
  readonly speaker: string | null
  readonly side: Side
  /** Seconds from the beginning; null where the text has no times. */
  readonly atSeconds: number | null
  readonly text: string
}

export const OBJECTION_KINDS = ['price', 'timing', 'authority', 'competition', 'trust', 'change', 'need'] as const
export type ObjectionKind = (typeof OBJECTION_KINDS)[number]

export interface CallObjection extends CallQuote {
  readonly kind: ObjectionKind
}

/** Something a person said they would do. */
export interface CallCommitment extends CallQuote {
  /** What they will do, from the verb on: `send the pricing`. */
  readonly what: string
  /** Seen from the day of the call; null when no day was said. */
  readonly dueOn: Day | null
}

export const MEDDPICC = {
  metrics: { letter: 'M', label: 'Metrics', ask: 'Which figure has to change, from what to what?' },
  economic_buyer: { letter: 'E', label: 'Economic buyer', ask: 'Who signs off the money for this?' },
  decision_criteria: { letter: 'D', label: 'Decision criteria', ask: 'What will you compare the options by?' },
  decision_process: {
    letter: 'D',
    label: 'Decision process',
    ask: 'Which steps lie between here and a decision, and who takes them?',
  },
  paper_process: { letter: 'P', label: 'Paper process', ask: 'How does a contract get through legal and procurement?' },
  identified_pain: { letter: 'I', label: 'Identified pain', ask: 'What does it cost to leave this as it is?' },
  champion: { letter: 'C', label: 'Champion', ask: 'Who will carry this inside when we are not in the room?' },
  competition: { letter: 'C', label: 'Competition', ask: 'What else is being looked at, doing nothing included?' },
} as const
export type MeddpiccName = keyof typeof MEDDPICC

export interface MeddpiccFinding {
  readonly name: MeddpiccName
  readonly letter: string
  readonly label: string
  /** `gap`: nothing of it was heard in this call; it may be known from elsewhere. */
  readonly state: 'heard' | 'gap'
  readonly quotes: readonly CallQuote[]
  /** The question that would close the gap. */
  readonly ask: string
}

export interface SpeakerTalk {
  /** Null: lines without a name. */
  readonly name: string | null
  readonly side: Side
  readonly turns: number
  readonly words: number
  /** Share of all words, 0 to 1. */
  readonly share: number
  /** Seconds from the start of each turn to the start of the next; the last turn's length is not known. */
  readonly seconds: number | null
}

export interface TalkShare {
  readonly speakers: readonly SpeakerTalk[]
  /** Share of all words by side, 0 to 1. */
  readonly byWords: Readonly<Record<Side, number>>
  /** The same by time; null unless nearly every line has one. */
  readonly byTime: Readonly<Record<Side, number>> | null
}

export interface Monologue {
  readonly speaker: string | null
  readonly side: Side
  readonly words: number
  readonly seconds: number | null
  /** Where it begins. */
  readonly line: number
  readonly lastLine: number
}

export interface CallNextStep {
  /** `agreed`: a day was proposed and the other side said yes; `promised`: somebody will do something by a day. */
  readonly state: 'agreed' | 'promised' | 'proposed' | 'none'
  readonly quote: CallQuote | null
  readonly reply: CallQuote | null
  readonly onDay: Day | null
}

/** What `review-call` answers in `figures`. Nothing in it is a feeling: only what was said, with its line. */
export interface CallReviewFigures {
  readonly call: {
    readonly id: string
    readonly title: string
    readonly onDay: Day
    readonly dealId: string | null
    readonly dealName: string | null
    readonly clientName: string | null
    readonly repName: string | null
    readonly lines: number
    readonly words: number
    /** Start of the last turn; null without times. */
    readonly seconds: number | null
  }
  readonly talk: TalkShare
  readonly longestMonologue: Monologue | null
  readonly questions: {
    readonly us: readonly CallQuote[]
    readonly them: readonly CallQuote[]
    readonly unknown: readonly CallQuote[]
  }
  readonly objections: readonly CallObjection[]
  readonly commitments: readonly CallCommitment[]
  readonly meddpicc: readonly MeddpiccFinding[]
  readonly competitors: readonly { readonly name: string; readonly quotes: readonly CallQuote[] }[]
  readonly nextStep: CallNextStep
  /** The stage that the client's own request puts the deal in; null when they asked for nothing of the kind. */
  readonly stageSaid: { readonly stage: 'proposal' | 'negotiation'; readonly quote: CallQuote } | null
}

/** A call with what is needed to tell who is who. */
export interface CallFacts {
  readonly id: string
  readonly title: string
  readonly onDay: Day
  readonly body: string
  /** As the file said, see `readParties`. */
  readonly speakers: string | null
  readonly dealId: string | null
  readonly dealName: string | null
  readonly clientId: string | null
  readonly clientName: string | null
  readonly repId: string | null
  readonly repName: string | null
  readonly repEmail: string | null
  /** Names of our people among the speakers. */
  readonly ours: readonly string[]
  /** Names of the client's people. */
  readonly theirs: readonly string[]
  /** Competitors on record, of any deal in sight. */
  readonly rivals: readonly string[]
}
