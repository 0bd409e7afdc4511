import { z } from 'zod'

/** Shapes that every part of the contract uses. */

export const Uuid = z.uuid()
export const Day = z.iso.date()
export const Instant = z.iso.datetime()
export const Money = z.strictObject({ amountMicros: z.int(), currency: z.string().length(3) })
export type Money = z.infer<typeof Money>

/** RFC 9457. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  correlationId: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>

/** A list's page: `nextCursor` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() })
}

export const PageQuery = z.strictObject({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const Done = z.strictObject({ done: z.literal(true) })
