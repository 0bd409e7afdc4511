import { z } from 'zod'
import { Day } from './common.ts'

/** A call as it was understood. What it does not say of itself is null and can be told with the import. */
const CallPreview = z.strictObject({
  line: z.int(),
  title: z.string().nullable(),
  onDay: Day.nullable(),
  deal: z.string().nullable(),
  client: z.string().nullable(),
  rep: z.string().nullable(),
  speakers: z.array(z.string()),
  /** Turns of speech. */
  turns: z.int(),
  /** The beginning of the first turns, as `Speaker: words`. */
  opening: z.array(z.string()),
})
export const CallsPreview = z.strictObject({
  /** In what was looked at. */
  count: z.int(),
  /** The first ones. */
  calls: z.array(CallPreview),
  faults: z.array(z.strictObject({ line: z.int(), reason: z.string() })),
  /** True when the file goes on after what was looked at. */
  isExcerpt: z.boolean(),
})
export type CallsPreview = z.infer<typeof CallsPreview>
