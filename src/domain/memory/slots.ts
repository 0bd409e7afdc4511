import type { Day } from '../day.ts'

/** Things about a deal that have one value at a time and bear on its risk. */
export const DEAL_SLOTS = [
  'champion',
  'champion_left',
  'economic_buyer',
  'decision_criteria',
  'timeline',
  'budget',
  'competitor',
  'next_step',
] as const
export type DealSlot = (typeof DEAL_SLOTS)[number]

/** Things about a client that have one value at a time and bear on its health or churn risk. */
export const CLIENT_SLOTS = [
  'contact_left',
  'executive_sponsor',
  'competitor',
  'budget',
  'sentiment',
  'renewal_intent',
] as const
export type ClientSlot = (typeof CLIENT_SLOTS)[number]

/** Slots of a person who talks with a colleague. */
export const MEMBER_SLOTS = ['preferred_name', 'preferred_style', 'working_hours', 'goal'] as const
export type MemorySlot = DealSlot | ClientSlot | (typeof MEMBER_SLOTS)[number]

/** A remembered thing that a rule may use beside the stored rows; the newest of a slot wins, and it names its memory. */
export interface RememberedFact {
  readonly memoryId: string
  readonly subject: { readonly kind: 'deal' | 'client'; readonly id: string }
  readonly slot: MemorySlot
  /** `Dana Fox`, `confirmed`, `none`; null when only the text says it. */
  readonly value: string | null
  /** The memory's own sentence. */
  readonly text: string
  /** The day it was said for. */
  readonly saidOn: Day
}
