import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { z } from 'zod'
import type { WrittenDefinition } from '#domain/calendar/define-calendar.ts'
import { nearestWord } from '#domain/calendar/nearest-word.ts'
import type { CalendarFault, FieldSources, Source } from '#domain/calendar/fault.ts'
import type { ScalingRules } from '#domain/scaling/advise-replicas.ts'
import type { EventUse } from './ical/add-events.ts'

/** A calendar file as values with their lines, and what in it has no such form. */
export interface CalendarText {
  readonly written: WrittenDefinition
  /** Packs that ship, to be read before it. */
  readonly includes: readonly { readonly name: string; readonly source: Source }[]
  /** What the file says of replicas; what it leaves out stays as shipped. */
  readonly scaling: Partial<ScalingRules>
  /** What takes its days from a file of events. */
  readonly uses: readonly EventUse[]
  readonly faults: readonly CalendarFault[]
}

const NOTHING: Omit<CalendarText, 'faults'> = {
  written: { calendars: [], periods: [], policies: [] },
  includes: [],
  scaling: {},
  uses: [],
}

const Text = z.string()
const Days = z.array(Text)
const Calendar = z.strictObject({
  base: Text.optional(),
  timezone: Text.optional(),
  add: z.union([Days, z.strictObject({ ical: Text })]).optional(),
  remove: Days.optional(),
  week: Text.optional(),
})
const Fiscal = z.strictObject({
  start: Text.optional(),
  pattern: Text.optional(),
  anchor: Text.optional(),
  longYears: Days.optional(),
})
const Period = z.strictObject({
  label: Text.optional(),
  when: Text.optional(),
  dates: Days.optional(),
  ical: Text.optional(),
  calendar: Text.optional(),
  timezone: Text.optional(),
  fiscal: Fiscal.optional(),
  hours: Days.optional(),
  lead: Text.optional(),
  tail: Text.optional(),
  ramp: Text.optional(),
  bridge: z.boolean().optional(),
  priority: z.number().optional(),
})
const Value = z.union([z.string(), z.number(), z.boolean()])
const Knobs = z.record(Text, Value)
const Targets = z.record(Text, Knobs)
const Policy = z.strictObject({
  match: Text,
  cache: Targets.optional(),
  limits: Targets.optional(),
  alerts: Targets.optional(),
  mcp: Targets.optional(),
  scale: Targets.optional(),
  backup: Knobs.optional(),
  drills: Knobs.optional(),
  freeze: Knobs.optional(),
  context: Text.optional(),
})
const Scaling = z
  .strictObject({
    min: z.int().min(1).max(1000).optional(),
    max: z.int().min(1).max(1000).optional(),
    turns_per_replica: z.number().positive().optional(),
    step: z.int().min(1).max(1000).optional(),
    usd_per_replica_hour: z.number().min(0).optional(),
    usd_per_day: z.number().min(0).optional(),
    shadow: z.boolean().optional(),
  })
  .refine(({ min = 1, max = 1000 }) => min <= max, { error: '`min` is more than `max`' })
const File = z.strictObject({
  include: Days.optional(),
  calendars: z.record(Text, Calendar).optional(),
  periods: z.record(Text, Period).optional(),
  policies: z.array(Policy).optional(),
  scaling: Scaling.optional(),
})

/** What stands under each of them, or what one of a list is. */
const FORMS: Readonly<Record<string, z.ZodObject | undefined>> = {
  calendars: Calendar,
  periods: Period,
  policies: Policy,
  scaling: Scaling,
}

/** Other words for knobs that files may use. */
const ALIASES: Readonly<Record<string, string>> = { swr: 'stale', rps: 'rate', llm_budget_usd: 'budget' }

/** Reads a file's text. What it means is `defineCalendar`'s to say; here only its form is held. */
export function readCalendar(file: string, text: string): CalendarText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true })
  const [broken] = document.errors
  if (broken) {
    const { line, col: column } = lines.linePos(broken.pos[0])
    const source = { file, line, column }
    return { ...NOTHING, faults: [faultOf(source, [], firstLine(broken.message))] }
  }
  const place: Place = (path) => ({ file, ...positionOf({ document, lines }, path) })
  const parsed = File.safeParse(document.toJS() ?? {})
  if (!parsed.success) {
    return { ...NOTHING, faults: parsed.error.issues.flatMap((issue) => faultsOf(issue, place)) }
  }
  const faults = freshFaults(parsed.data.policies ?? [], place)
  return faults.length > 0 ? { ...NOTHING, faults } : { ...writtenOf(parsed.data, place), faults: [] }
}

type Path = readonly (string | number)[]
type Place = (path: Path) => Source

function writtenOf(
  { include = [], calendars = {}, periods = {}, policies = [], scaling = {} }: z.infer<typeof File>,
  place: Place,
): Omit<CalendarText, 'faults'> {
  return {
    scaling: scalingOf(scaling),
    uses: [...usesOfCalendars(calendars, place), ...usesOfPeriods(periods, place)],
    includes: include.map((name, at) => ({ name, source: place(['include', at]) })),
    written: {
      calendars: Object.entries(calendars).map(([name, { add, ...one }]) => ({
        name,
        ...one,
        add: Array.isArray(add) ? add : undefined,
        ...placesOf(['calendars', name], { add, ...one }, place),
      })),
      periods: Object.entries(periods).map(([name, one]) => ({
        name,
        ...one,
        ...placesOf(['periods', name], one, place),
      })),
      policies: policies.map((policy, at) => ({
        match: policy.match,
        settings: settingsOf(policy, ['policies', at], place),
        source: place(['policies', at]),
      })),
    },
  }
}

/** Where a whole thing stands, and where each of its fields does. */
function placesOf(
  path: Path,
  fields: object,
  place: Place,
): { readonly source: Source; readonly fields: FieldSources } {
  const written = Object.entries(fields).filter(([, value]) => value !== undefined)
  return {
    source: place(path),
    fields: Object.fromEntries(written.map(([field]) => [field, place([...path, field])])),
  }
}

function usesOfCalendars(calendars: Readonly<Record<string, z.infer<typeof Calendar>>>, place: Place): EventUse[] {
  return Object.entries(calendars).flatMap(([name, { add }]): EventUse[] =>
    add === undefined || Array.isArray(add)
      ? []
      : [{ kind: 'calendars', name, file: add.ical, source: place(['calendars', name, 'add', 'ical']) }],
  )
}

function usesOfPeriods(periods: Readonly<Record<string, z.infer<typeof Period>>>, place: Place): EventUse[] {
  return Object.entries(periods).flatMap(([name, { ical }]): EventUse[] =>
    ical === undefined ? [] : [{ kind: 'periods', name, file: ical, source: place(['periods', name, 'ical']) }],
  )
}

function scalingOf(written: z.infer<typeof Scaling>): Partial<ScalingRules> {
  const { min, max, turns_per_replica: turnsPerReplica, step, shadow: isShadow } = written
  const { usd_per_replica_hour: usdPerReplicaHour, usd_per_day: usdPerDay } = written
  const given = { min, max, turnsPerReplica, step, isShadow, usdPerReplicaHour, usdPerDay }
  // Only what was written: the rest stays as shipped.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

type Written = WrittenDefinition['policies'][number]['settings'][number]

function settingsOf(
  { cache, limits, alerts, mcp, scale, backup, drills, freeze, context }: z.infer<typeof Policy>,
  path: Path,
  place: Place,
): readonly Written[] {
  const targets = { cache, limits, alerts, mcp, scale }
  const plain = { backup, drills, freeze }
  return [
    ...Object.entries(targets).flatMap(([section, named = {}]) =>
      Object.entries(named).flatMap(([target, knobs]) =>
        knobsOf(knobs, `${section}.${target}`, (knob) => place([...path, section, target, knob])),
      ),
    ),
    ...Object.entries(plain).flatMap(([section, knobs = {}]) =>
      knobsOf(knobs, section, (knob) => place([...path, section, knob])),
    ),
    ...(context === undefined ? [] : [{ key: 'context', value: context, source: place([...path, 'context']) }]),
  ]
}

/** A word that would be read over anywhere but beside a `ttl`. */
function freshFaults(policies: readonly z.infer<typeof Policy>[], place: Place): readonly CalendarFault[] {
  return policies.flatMap(({ cache = {}, limits = {}, alerts = {}, mcp = {}, scale = {}, ...policy }, at) => {
    const named = Object.entries({ cache, limits, alerts, mcp, scale }).flatMap(([section, targets]) =>
      Object.entries(targets).map(([target, knobs]) => ({ path: [section, target], knobs })),
    )
    const plain = (['backup', 'drills', 'freeze'] as const).map((section) => ({
      path: [section],
      knobs: policy[section] ?? {},
    }))
    return [...named, ...plain].flatMap(({ path: [section = '', ...target], knobs }) => {
      const isGood = section === 'cache' && Object.hasOwn(knobs, 'ttl') && typeof knobs['freshAtStart'] === 'boolean'
      if (isGood || !Object.hasOwn(knobs, 'freshAtStart')) return []
      const path = ['policies', at, section, ...target, 'freshAtStart']
      const message =
        '`freshAtStart` is `true` or `false` beside the `ttl` of a cache, as in `{ ttl: x1, freshAtStart: true }`.'
      return [faultOf(place(path), path.map(String), message)]
    })
  })
}

function knobsOf(
  { freshAtStart, ...knobs }: z.infer<typeof Knobs>,
  before: string,
  place: (knob: string) => Source,
): readonly Written[] {
  return Object.entries(knobs).map(([knob, value]) => {
    const name = ALIASES[knob] ?? knob
    const written = { key: `${before}.${name}`, value, source: place(knob) }
    return name === 'ttl' && freshAtStart === true
      ? { ...written, freshAtStart, freshSource: place('freshAtStart') }
      : written
  })
}

function positionOf(
  { document, lines }: { readonly document: Document; readonly lines: LineCounter },
  path: Path,
): { readonly line: number; readonly column: number } {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length))
    if (offset !== null) {
      const { line, col: column } = lines.linePos(offset)
      return { line, column }
    }
  }
  return { line: 1, column: 1 }
}

/** Where a value's name stands, or the value itself in a list; null when it is not there. */
function offsetOf(document: Document, path: Path): number | null {
  const last = path.at(-1)
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last)
    return startOf(pair?.key)
  }
  return startOf(document.getIn([...path], true))
}

function startOf(node: unknown): number | null {
  // What a document gives is a node or nothing.
  const range = (node as Node | null | undefined)?.range
  return range ? range[0] : null
}

function faultOf(source: Source, path: readonly string[], message: string): CalendarFault {
  return { source, path, message, place: null, suggestion: null }
}

/** A field that there is not is told where it stands, with the one that may be meant; all else as the shape says it. */
function faultsOf(issue: z.core.$ZodIssue, place: Place): CalendarFault[] {
  const at = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  const path = at.map(String)
  if (issue.code !== 'unrecognized_keys') return [faultOf(place(at), path, issue.message)]
  const known = Object.keys((path.length === 0 ? File : FORMS[path[0] ?? ''])?.shape ?? {})
  return issue.keys.map((key) => {
    const near = nearestWord(key, known)
    const message = `There is no field \`${key}\` here.${near === null ? '' : ` Did you mean \`${near}\`?`}`
    return faultOf(place([...at, key]), [...path, key], message)
  })
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text
}
