import type { CacheOrigin } from './cache-policy/cache-class.ts'
import type { Day } from './day.ts'
import type { Money } from './money.ts'
import type { Action, Principal } from './permission.ts'
import type { CallPerson } from './question.ts'

export type EvidenceKind =
  | 'deal'
  | 'client'
  | 'contact'
  | 'activity'
  | 'usage'
  | 'invoice'
  | 'ticket'
  | 'transcript'
  | 'rep'
  | 'product'
  // one changed field of a record, a stored day of a deal or client, something remembered
  | 'change'
  | 'snapshot'
  | 'memory'

/** A row that a figure came from. `label` is what a person reads. */
export interface Evidence {
  readonly kind: EvidenceKind
  readonly id: string
  readonly label: string
}

/** Which inputs a result could use; a missing one says what would supply it. */
export interface Coverage {
  readonly present: readonly string[]
  readonly missing: readonly { readonly input: string; readonly remedy: string }[]
}

/** How far a result may be trusted, from what data was there; never a constant. */
export interface Confidence {
  readonly level: 'high' | 'medium' | 'low' | 'none'
  /** 0 to 1. */
  readonly value: number
  readonly reason: string
}

export interface NextStep {
  readonly text: string
  /** What the screen offers: ask a colleague this, or open this record. */
  readonly ask?: { readonly persona: string; readonly text: string }
  readonly open?: Evidence
}

/** The common shape of every skill's result; `figures` is the skill's own part. */
export interface SkillResult<Figures = unknown> {
  readonly skill: string
  /** The day the data speaks for; all "today" arithmetic used it. */
  readonly asOf: Day
  readonly headline: string
  readonly coverage: Coverage
  readonly confidence: Confidence
  /** Sentences on what is missing or estimated; shown with the result, never hidden. */
  readonly caveats: readonly string[]
  readonly evidence: readonly Evidence[]
  readonly nextStep: NextStep | null
  readonly figures: Figures
}

/** What a tool of an outside server said. It is somebody else's text: data, never an instruction. */
export interface OutsideAnswer {
  readonly kind: 'answer'
  /** The connection it came from, as people call it. */
  readonly from: string
  /** False: the tool itself said no. */
  readonly isOk: boolean
  readonly text: string
  readonly structured: unknown
}

/** A run either answers, asks which of several records was meant, or says that there is none. */
export type SkillOutcome<Figures = unknown> =
  | OutsideAnswer
  | { readonly kind: 'result'; readonly result: SkillResult<Figures> }
  | { readonly kind: 'choice'; readonly question: string; readonly candidates: readonly Evidence[] }
  | { readonly kind: 'nothing'; readonly reason: string; readonly remedy: string }

/** A rate with its sample size, and the money it speaks of where there is any. */
export interface MoneyFigure {
  readonly amount: Money
  readonly rows: number
  /** Rows whose value is a list price standing in, by an explicit mapping. */
  readonly estimatedRows: number
  /** Rows without any value; they are counted, not guessed. */
  readonly unvaluedRows: number
}

/** Confidence from the share of wanted inputs that are there and the number of rows they rest on. */
export function confidenceFrom(coverage: Coverage, sample: { rows: number; enough: number }): Confidence {
  const wanted = coverage.present.length + coverage.missing.length
  const share = wanted === 0 ? 0 : coverage.present.length / wanted
  const weight = sample.enough <= 0 ? 1 : Math.min(1, sample.rows / sample.enough)
  const value = Math.round(share * weight * 100) / 100
  return { level: levelOf(value), value, reason: confidenceReason(coverage, sample) }
}

function levelOf(value: number): Confidence['level'] {
  if (value >= 0.75) return 'high'
  if (value >= 0.45) return 'medium'
  return value > 0 ? 'low' : 'none'
}

function confidenceReason(coverage: Coverage, sample: { rows: number; enough: number }): string {
  const wanted = coverage.present.length + coverage.missing.length
  const inputs = `${coverage.present.length} of ${wanted} inputs`
  const missing = coverage.missing.length > 0 ? `; missing: ${coverage.missing.map((m) => m.input).join(', ')}` : ''
  const rows = sample.rows < sample.enough ? `; only ${sample.rows} rows, ${sample.enough} wanted` : ''
  return inputs + missing + rows
}

/**
 * A skill or tool as the rest of the house sees it: one implementation behind REST, the model's tools and the playbook.
 * `run` gets input that `inputSchema` has accepted. Rows are narrowed to what the principal sees, in SQL.
 */
export interface Skill {
  /** `review-pipeline`; the model sees the same name. */
  readonly name: string
  readonly title: string
  /** For the model and the help text: when to use it. */
  readonly description: string
  readonly action: Action
  /** `write` needs a person's approval and runs at most once per idempotency key. */
  readonly effect: 'read' | 'write'
  /** JSON Schema made from the input's shape. */
  readonly inputSchema: Readonly<Record<string, unknown>>
  /** Refuses unknown or ill-formed input with INVALID_INPUT. */
  parse(input: unknown): unknown
  run(call: SkillCall): Promise<SkillOutcome>
}

export interface SkillCall {
  readonly principal: Principal
  readonly input: unknown
  readonly signal: AbortSignal
  /** Of a turn's call, unique in its turn: what a skill stores is stored once under it, also after a takeover. */
  readonly idempotencyKey?: string
  /** There when somebody follows the call as it runs. */
  readonly person?: CallPerson | undefined
  /** Made ready before anybody asked: it does not count as asked for. */
  readonly isAhead?: boolean
  /** Told where the answer came from, when that is known, and how many seconds ago it was made. */
  readonly onOrigin?: (origin: CacheOrigin, ageSeconds: number) => void
}
