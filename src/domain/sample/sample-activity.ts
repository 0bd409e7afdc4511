import type { SampleClient } from './clients.ts'
import type { SampleDeal } from './deal-details.ts'
import type { ActivityRow, ContactRow } from './sample-rows.ts'
import type { StoryScript } from './story-calls.ts'

/** A touch with what transcripts need to know about it. */
export interface SampleActivity {
  readonly row: ActivityRow
  /** Days before the day of loading; below nought for a meeting that is yet to come. */
  readonly ago: number
  readonly client: SampleClient
  readonly deal: SampleDeal | null
  readonly contact: ContactRow
  readonly script: StoryScript | null
}

/** A touch before it has a number. */
export type ActivityDraft = Omit<SampleActivity, 'row'> & {
  readonly kind: string
  readonly subject: string
  readonly notes: string | null
  readonly repId: string
}
