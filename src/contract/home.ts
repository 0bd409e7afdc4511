import { z } from 'zod'
import { Day, Money } from './common.ts'
import { EvidenceRef } from './personas.ts'

/** `GET /api/home`. */
export const HomeItem = z.strictObject({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  why: z.string(),
  /** Money or risk, as a figure with its meaning; estimated is said. */
  stake: z.strictObject({ amount: Money.nullable(), label: z.string(), isEstimated: z.boolean() }),
  owner: z.string().nullable(),
  record: EvidenceRef.nullable(),
  evidence: z.array(EvidenceRef),
  ask: z.strictObject({ persona: z.string(), text: z.string() }),
})
export type HomeItem = z.infer<typeof HomeItem>
/** One line of a section of home: why it is there, the rows behind it and one action. */
export const HomeEntry = z.strictObject({
  id: z.string(),
  title: z.string(),
  why: z.string(),
  /** `in 3 days`, `$120k`, `-14 points`; null when there is no figure. */
  figure: z.string().nullable(),
  signal: z.enum(['good', 'watch', 'risk', 'unknown']).nullable(),
  onDay: Day.nullable(),
  record: EvidenceRef.nullable(),
  evidence: z.array(EvidenceRef),
  action: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ask'), label: z.string(), persona: z.string(), text: z.string() }),
    z.strictObject({ kind: z.literal('open'), label: z.string(), href: z.string() }),
  ]),
})
export type HomeEntry = z.infer<typeof HomeEntry>
export const HomeSection = z.strictObject({
  /** `my_deals`, `meetings`, `commitments`, `client_moves`, `renewals`, `stuck_payments`, `team_changes`, `coaching`, `forecast`. */
  id: z.string(),
  title: z.string(),
  entries: z.array(HomeEntry),
  total: z.int(),
  /** Where all of them are. */
  open: z.string(),
  /** What to say when there are none: that all is well, or what data is missing. */
  empty: z.string(),
})
export type HomeSection = z.infer<typeof HomeSection>
export const Home = z.strictObject({
  asOf: Day,
  /** False when the data speaks for another day than today; the screen says so. */
  isToday: z.boolean(),
  greeting: z.string(),
  items: z.array(HomeItem).max(3),
  /** Whose page it is: it decides which sections there are. */
  view: z.enum(['rep', 'csm', 'lead']),
  sections: z.array(HomeSection),
  figures: z.array(z.strictObject({ label: z.string(), value: z.string(), note: z.string(), open: z.string() })),
  /** What is not known and what would make it known. */
  caveats: z.array(z.string()),
})
export type Home = z.infer<typeof Home>
