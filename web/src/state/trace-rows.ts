import type { TraceStep, TraceStepKind, TurnTrace } from '#contract/traces.ts'
import { labelWords, plural } from './words.ts'

/** A step of an answer as one line with a bar. */
export interface TraceRow {
  readonly key: number
  /** How many steps it is part of. */
  readonly depth: number
  readonly label: string
  /** What else is known of it. */
  readonly note: string | null
  readonly took: string
  readonly startsAfter: string
  /** Of the whole, from 0 to 1. */
  readonly from: number
  readonly share: number
  readonly kind: TraceStepKind
  readonly failure: string | null
}

/** `0.4 ms`, `340 ms`, `2.1 s`, `2 min 5 s`: precise enough to compare steps. */
export function preciseWords(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

function rest(name: string): string {
  return name.slice(name.indexOf(' ') + 1)
}

/** What a step of each kind is called; `name` is as OpenTelemetry's conventions have it. */
const LABELS: Readonly<Record<TraceStepKind, (step: TraceStep) => string>> = {
  queue: () => 'Waited for its turn',
  turn: () => 'The whole answer',
  context: () => 'Read the conversation and who asks',
  recall: () => 'Looked for what is remembered',
  round: ({ name }) => `Round ${rest(rest(name))} with the model`,
  model: ({ name, attributes }) =>
    attributes['gen_ai.provider.name'] === 'playbook' ? 'The playbook wrote' : `The model ${rest(name)} worked`,
  tool: ({ name }) => labelWords(rest(name)),
  mcp: ({ name, attributes }) => `The connection ${String(attributes['sophia.mcp.server'] ?? '')} ran ${rest(name)}`,
  person: () => 'Waited for you',
  cache: ({ name }) => (name.startsWith('look') ? 'Looked for a kept value in Redis' : 'Made a value anew'),
  sql: ({ name }) => `Database: ${name}`,
  store: () => 'Stored the answer',
}

function noteOf({ attributes, kind, failure }: TraceStep): string | null {
  const firstMs = attributes['sophia.first_chunk_ms']
  const out = attributes['gen_ai.usage.output_tokens']
  const notes = [
    failure === null ? null : failure === 'TurnStopped' ? 'stopped' : `failed: ${failure}`,
    typeof firstMs === 'number' ? `first sign after ${preciseWords(firstMs)}` : null,
    kind === 'model' && typeof out === 'number' && out > 0 ? plural(out, 'token') + ' written' : null,
    attributes['sophia.cache.hit'] === true ? 'found' : null,
  ].filter((note) => note !== null)
  return notes.length === 0 ? null : notes.join(' · ')
}

/** A statement that takes this long, and this share of the whole, is shown among the other steps. */
const SLOW_STATEMENT = { ms: 20, share: 0.05 } as const

function isQuickStatement({ kind, durationMs }: TraceStep, totalMs: number | null): boolean {
  return kind === 'sql' && durationMs < Math.max(SLOW_STATEMENT.ms, (totalMs ?? 0) * SLOW_STATEMENT.share)
}

/** The steps in the order they began; quick statements of the database only when they are asked for. */
export function traceRows({ steps, totalMs }: TurnTrace, withStatements: boolean): TraceRow[] {
  const whole = Math.max(totalMs ?? 0, 0.01)
  const depths = new Map<number, number>()
  return steps
    .map((step, key) => ({ step, key }))
    .filter(({ step }) => withStatements || !isQuickStatement(step, totalMs))
    .map(({ step, key }) => {
      const depth = step.parent === null ? 0 : (depths.get(step.parent) ?? 0) + 1
      depths.set(key, depth)
      const from = Math.min(1, Math.max(0, step.startMs / whole))
      return {
        key,
        depth,
        label: LABELS[step.kind](step),
        note: noteOf(step),
        took: preciseWords(step.durationMs),
        startsAfter: preciseWords(step.startMs),
        from,
        share: Math.min(1 - from, step.durationMs / whole),
        kind: step.kind,
        failure: step.failure,
      }
    })
}

/** How many steps are left out of the list unless they are asked for. */
export function countQuickStatements({ steps, totalMs }: TurnTrace): number {
  return steps.filter((step) => isQuickStatement(step, totalMs)).length
}

const SPENT_ON: Readonly<Record<TraceStepKind, string>> = {
  queue: 'waiting for its turn',
  turn: 'what lies between the steps',
  context: 'reading the conversation',
  recall: 'looking for what is remembered',
  round: 'preparing the request to the model',
  model: 'the model',
  tool: 'working on your data',
  mcp: 'a connection',
  person: 'waiting for you',
  cache: 'making values that were not kept',
  sql: 'the database',
  store: 'storing the answer',
}

type Stretch = readonly [fromMs: number, toMs: number]

function stretchOf({ startMs, durationMs }: TraceStep): Stretch {
  return [startMs, startMs + durationMs]
}

/** In order and without overlaps: what ran side by side took its time once. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const whole: [number, number][] = []
  for (const [from, to] of stretches.toSorted(([one], [other]) => one - other)) {
    const last = whole.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else whole.push([from, to])
  }
  return whole
}

/** What of a stretch lies outside the others. */
function without([from, to]: Stretch, others: readonly Stretch[]): Stretch[] {
  const left: Stretch[] = []
  let at = from
  for (const [start, end] of joined(others)) {
    if (start > at) left.push([at, Math.min(start, to)])
    at = Math.max(at, end)
  }
  return [...left, [at, to] as const].filter(([start, end]) => end > start)
}

/** What the largest part of the time went into, with its time on the clock; steps are counted without those they are made of. */
export function largestPart({ steps }: TurnTrace): { readonly words: string; readonly ms: number } | null {
  const within = Map.groupBy(steps, ({ parent }) => parent)
  const byKind = new Map<TraceStepKind, Stretch[]>()
  steps.forEach((step, at) => {
    const own = without(stretchOf(step), (within.get(at) ?? []).map(stretchOf))
    byKind.set(step.kind, [...(byKind.get(step.kind) ?? []), ...own])
  })
  const [largest] = [...byKind]
    .map(([kind, own]) => ({ kind, ms: joined(own).reduce((sum, [from, to]) => sum + to - from, 0) }))
    .toSorted((one, other) => other.ms - one.ms)
  return largest ? { words: SPENT_ON[largest.kind], ms: largest.ms } : null
}

/** Why there is nothing to show yet, or any more. */
export const NOTHING_WORDS: Readonly<Record<Exclude<TurnTrace['state'], 'kept'>, { title: string; hint: string }>> = {
  answering: { title: 'The answer is still being written.', hint: 'Where its time went shows here when it has ended.' },
  soon: { title: 'The answer has just ended.', hint: 'Where its time went shows here in a moment.' },
  expired: {
    title: 'Where the time of this answer went is no longer known.',
    hint: 'It is kept for seven days; the answer itself stays.',
  },
  missing: {
    title: 'Where the time of this answer went was not recorded.',
    hint: 'It was answered before Sophia recorded this, or the process that answered it stopped.',
  },
}
