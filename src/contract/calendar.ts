import { z } from 'zod'

/** The business calendar: which periods are in force, what they move, and why. */

const Instant = z.iso.datetime()
const Source = z.strictObject({ file: z.string(), line: z.int() })
/** A number, yes or no, a time of day, or texts; null where nothing holds or nobody here knows. */
const KnobValue = z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]).nullable()

export const CalendarPeriod = z.strictObject({
  name: z.string(),
  label: z.string(),
  priority: z.int(),
  timeZone: z.string(),
  /** As it is written. */
  when: z.string(),
  source: Source,
})

/** One stretch of a period. */
export const PeriodWindow = z.strictObject({ period: z.string(), startsAt: Instant, endsAt: Instant })

/** What one setting in force says. */
export const PolicyStep = z.strictObject({
  /** null: a policy that wants no period in force. */
  period: z.string().nullable(),
  label: z.string(),
  priority: z.int(),
  /** `x0.25`, `90s`, `yes`. */
  says: z.string(),
  value: KnobValue,
  factor: z.number().nullable(),
  source: Source,
  isDecisive: z.boolean(),
})

/** A period that wants a class of the cache fresh: in it nothing is given that was kept from before. */
export const FreshDemand = z.strictObject({
  /** null: a policy that wants no period in force. */
  period: z.string().nullable(),
  label: z.string(),
  from: Instant,
  /** In force; otherwise it is the next to begin. */
  isUnderway: z.boolean(),
  /** Where `freshAtStart` is written. */
  source: Source,
})

export const EffectivePolicy = z.strictObject({
  key: z.string(),
  /** What holds without the calendar; null where nothing in this process goes by the key yet. */
  base: KnobValue,
  value: KnobValue,
  unit: z.string(),
  isUsed: z.boolean(),
  until: Instant.nullable(),
  isMoving: z.boolean(),
  steps: z.array(PolicyStep),
  /** Of a lifetime in the cache: who wants fresh values, of what is in force and of what begins next. */
  fresh: z.array(FreshDemand),
})

export const CalendarFault = z.strictObject({
  file: z.string(),
  line: z.int(),
  /** Of the field at fault, from 1; null where only the line is known. */
  column: z.int().nullable(),
  path: z.array(z.string()),
  message: z.string(),
  /** Characters within the value at fault, from 0. */
  offset: z.int().nullable(),
  length: z.int().nullable(),
  suggestion: z.string().nullable(),
})

export const CalendarNow = z.strictObject({
  at: Instant,
  /** The calendar that ships, for want of a file. */
  isShipped: z.boolean(),
  /** Of the file as it stands; the last good calendar is in force meanwhile. */
  faults: z.array(CalendarFault),
  periods: z.array(CalendarPeriod),
  /** Those in force, highest priority first. */
  active: z.array(
    z.strictObject({ name: z.string(), label: z.string(), priority: z.int(), until: Instant.nullable() }),
  ),
  /** Whether deploys wait. */
  deploys: z.strictObject({
    isFrozen: z.boolean(),
    /** When they may go ahead again; null while they may, or where that lies beyond what is worked out. */
    until: Instant.nullable(),
    /** The periods that say so, as people call them. */
    because: z.array(z.string()),
    /** All of it for a person; null while they may. */
    sentence: z.string().nullable(),
  }),
  /** Where events are fetched from; the last good ones are in force. */
  addresses: z.array(
    z.strictObject({
      /** The host; the rest of an address may be a secret. */
      from: z.string(),
      /** The calendars and periods that take days from it. */
      usedBy: z.array(z.string()),
      /** When what is in force was last known to be current; null: nothing was ever fetched. */
      fetchedAt: Instant.nullable(),
      /** Of the last try, when it failed. */
      failedAt: Instant.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  policies: z.array(EffectivePolicy),
  /** What the colleagues are told: now with its figures as the asker may know them, at another instant as it is written. */
  context: z.array(z.string()),
})
export type CalendarNow = z.infer<typeof CalendarNow>

export const CalendarExplanation = EffectivePolicy.extend({ at: Instant, sentences: z.array(z.string()) })
export type CalendarExplanation = z.infer<typeof CalendarExplanation>

export const CalendarUpcoming = z.strictObject({
  from: Instant,
  to: Instant,
  /** In force at `from`, or beginning before `to`; by their beginnings. */
  windows: z.array(PeriodWindow),
})
export type CalendarUpcoming = z.infer<typeof CalendarUpcoming>

export const AtQuery = z.strictObject({ at: Instant.optional() })
export const ExplainQuery = z.strictObject({ at: Instant.optional(), key: z.string().trim().min(1).max(200) })
export const UpcomingQuery = z.strictObject({
  from: Instant.optional(),
  days: z.coerce.number().int().min(1).max(400).default(30),
})

/** A calendar as it is being written. */
export const CalendarDraft = z.strictObject({ text: z.string().max(200_000), at: Instant.optional() })
export type CalendarDraft = z.infer<typeof CalendarDraft>

export const CalendarFile = z.strictObject({
  text: z.string(),
  isShipped: z.boolean(),
  faults: z.array(CalendarFault),
  /** That deploys are frozen while it is, or was, changed. */
  warnings: z.array(z.string()),
})
export type CalendarFile = z.infer<typeof CalendarFile>

/** A value that would differ from what is in force, over a stretch of time. */
export const CalendarValueChange = z.strictObject({
  key: z.string(),
  unit: z.string(),
  /** As it is in force, and as it would be. */
  before: KnobValue,
  after: KnobValue,
  /** The asked instant, where it differs already then. */
  startsAt: Instant,
  /** null: it goes on beyond the days that are compared. */
  endsAt: Instant.nullable(),
  /** By a ramp in part of it: the values are those between the ramps, or where they lie farthest apart. */
  isMoving: z.boolean(),
  /** In how many more stretches within these days the same key differs in the same way. */
  again: z.int(),
})
export type CalendarValueChange = z.infer<typeof CalendarValueChange>

export const CalendarCheck = z.strictObject({
  faults: z.array(CalendarFault),
  /**
   * What of `scaling` would be another, which caches would give on or no longer what they keep, and which periods would be in
   * force, begin and end otherwise, from the asked instant over 30 days; empty with faults.
   */
  changes: z.array(z.string()),
  /** What the periods of these days would move otherwise, by the first time it differs; empty with faults. */
  values: z.array(CalendarValueChange),
  /** How many more there are than `values` holds. */
  moreValues: z.int(),
})
export type CalendarCheck = z.infer<typeof CalendarCheck>

export const ScalingAdvice = z.strictObject({
  desiredReplicas: z.int(),
  floor: z.int(),
  ceiling: z.int(),
  source: z.enum(['calendar', 'forecast', 'load', 'override']),
  until: Instant.nullable(),
  reasons: z.array(z.string()),
})
export type ScalingAdvice = z.infer<typeof ScalingAdvice>
