import { z } from 'zod'

/** What the server tells its second process: once at the start, and again when who is told changes. */
export const WatchdogOrder = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('watch'),
    /** Where the server listens, on this machine. */
    url: z.string(),
    publicUrl: z.string(),
    replica: z.string(),
    webhookUrl: z.string().nullable(),
    smtp: z.object({ url: z.string(), from: z.string() }).nullable(),
    recipients: z.array(z.object({ name: z.string(), email: z.string() })),
    /** Where an outage is noted, for the start after it. */
    noteFile: z.string(),
  }),
  /** The server stops as it should: nothing is told. */
  z.object({ type: z.literal('leave') }),
])
export type WatchdogOrder = z.infer<typeof WatchdogOrder>

/** What the second process tells the server, if that can hear it. */
export const WatchdogReport = z.object({ isGood: z.boolean(), misses: z.number(), detail: z.string() })
export type WatchdogReport = z.infer<typeof WatchdogReport>

/** What is left behind by a second process whose server did not come back; `until` is when it was started again, if what is noted could not be stored then. */
export const OutageNote = z.object({
  replica: z.string(),
  since: z.iso.datetime(),
  until: z.iso.datetime().optional(),
  detail: z.string(),
})
