import type { Evidence } from '../skill.ts'

/** The five moves of an answer, in their order. */
export const OBJECTION_STEPS = ['listen', 'acknowledge', 'question', 'reframe', 'evidence'] as const
export type ObjectionStep = (typeof OBJECTION_STEPS)[number]

/** One way of answering one kind of objection, from a file a person wrote. */
export interface ObjectionMethod {
  readonly id: string
  /** `price`, `authority`, `status-quo` ... */
  readonly kind: string
  readonly name: string
  /** When it applies, in one sentence. */
  readonly applies: string
  /** Turns of speech that all but name the kind. */
  readonly phrases: readonly string[]
  /** Words that point at it. */
  readonly words: readonly string[]
  readonly steps: Readonly<Record<ObjectionStep, string>>
}

/** Why a method was chosen: words of the objection, or something in the deal. */
export interface ObjectionMatch {
  readonly method: ObjectionMethod
  readonly score: number
  /** The phrases and words of the objection that spoke for it. */
  readonly found: readonly string[]
  /** What in the deal spoke for it. */
  readonly context: readonly string[]
}

/** How deals with the same lost reason, or the same competitor, ended. */
export interface AlikeDeals {
  /** `lost over the price`, `with Tollgate Pay in the deal`. */
  readonly basis: string
  readonly won: number
  readonly lost: number
  readonly evidence: readonly Evidence[]
}

/** What the won deals among alike ones had more often than the lost ones. */
export interface CommonTrait {
  readonly trait: string
  readonly won: number
  readonly ofWon: number
  readonly lost: number
  readonly ofLost: number
}

export interface ObjectionDeal {
  readonly id: string
  readonly name: string
  readonly stage: string
  readonly status: 'open' | 'won' | 'lost'
  readonly clientName: string | null
  readonly productName: string | null
  readonly competitor: string | null
  readonly hasEconomicBuyer: boolean
  readonly hasChampion: boolean
  readonly hasDecisionCriteria: boolean
  readonly hasTimeline: boolean
  readonly hasValue: boolean
}

/** What `handle-objection` answers in `figures`. */
export interface ObjectionFigures {
  readonly objection: string
  readonly deal: ObjectionDeal | null
  /** Null when no method's words were found: nothing is guessed. */
  readonly chosen: ObjectionMatch | null
  /** Other kinds whose words were found too, best first. */
  readonly others: readonly { readonly kind: string; readonly name: string; readonly found: readonly string[] }[]
  /** Every kind there is a method for. */
  readonly kinds: readonly string[]
  /** Deals in sight with a lost reason that the chosen method's words recognise. */
  readonly lostAlike: AlikeDeals | null
  readonly sameCompetitor: AlikeDeals | null
  /** Empty where the deals are too few to tell. */
  readonly traits: readonly CommonTrait[]
}

/** A phrase all but names the kind; a word only points at it. */
const PHRASE_WEIGHT = 3
const WORD_WEIGHT = 1
/** What the deal adds can order kinds whose words were found, and never replaces the words. */
const CONTEXT_WEIGHT = 0.5

/** Methods whose phrases or words stand in the objection, best first. Transparent: each says which. Pure. */
export function matchObjection(
  objection: string,
  methods: readonly ObjectionMethod[],
  deal: ObjectionDeal | null,
): ObjectionMatch[] {
  const text = normalise(objection)
  const spread = wordSpread(methods)
  return methods
    .map((method) => matchMethod(text, method, { spread, deal }))
    .filter((match) => match.found.length > 0)
    .toSorted((a, b) => b.score - a.score || a.method.id.localeCompare(b.method.id))
}

function matchMethod(
  text: string,
  method: ObjectionMethod,
  { spread, deal }: { readonly spread: ReadonlyMap<string, number>; readonly deal: ObjectionDeal | null },
): ObjectionMatch {
  const phrases = method.phrases.filter((phrase) => holds(text, phrase))
  const words = method.words.filter(
    (word) => holds(text, word) && !phrases.some((phrase) => holds(normalise(phrase), word)),
  )
  const context = deal === null ? [] : contextFor(method.kind, deal)
  const score =
    phrases.length * PHRASE_WEIGHT +
    // A word that points at several kinds says less about each.
    words.reduce((sum, word) => sum + WORD_WEIGHT / (spread.get(normalise(word)) ?? 1), 0) +
    (phrases.length + words.length > 0 ? context.length * CONTEXT_WEIGHT : 0)
  return { method, score, found: [...phrases, ...words], context }
}

function wordSpread(methods: readonly ObjectionMethod[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of methods.flatMap((method) => [...new Set(method.words.map(normalise))]))
    counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** True when a text recognises as this kind; for lost reasons, which are short. */
export function isAbout(text: string, method: ObjectionMethod): boolean {
  const normal = normalise(text)
  return [...method.phrases, ...method.words].some((term) => holds(normal, term))
}

/** What in a deal makes this kind of objection likelier, in words. */
function contextFor(kind: string, deal: ObjectionDeal): string[] {
  const facts: readonly (readonly [kind: string, applies: boolean, words: string])[] = [
    ['competitor', deal.competitor !== null, `${deal.competitor ?? ''} is in the deal`],
    ['authority', !deal.hasEconomicBuyer, 'no economic buyer is recorded'],
    ['trust', !deal.hasChampion, 'no champion is recorded'],
    ['timing', !deal.hasTimeline, 'no timeline is recorded'],
    ['priority', !deal.hasTimeline, 'no timeline is recorded'],
    ['feature-gap', !deal.hasDecisionCriteria, 'no decision criteria are recorded'],
    ['price', ['proposal', 'negotiation'].includes(deal.stage), `the deal stands in ${deal.stage}`],
    ['contract-terms', deal.stage === 'negotiation', 'the deal stands in negotiation'],
    ['status-quo', ['prospecting', 'qualification'].includes(deal.stage), `the deal stands in ${deal.stage}`],
  ]
  return facts.filter(([of, applies]) => of === kind && applies).map(([, , words]) => words)
}

/** Lower case, plain apostrophes, anything else than letters and digits a space. */
function normalise(text: string): string {
  return ` ${text
    .toLowerCase()
    .replaceAll(/[’'`]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `
}

/** Whole words only; a term's last word may take the endings of its kind (price, prices; cost, costly). */
function holds(text: string, term: string): boolean {
  const wanted = normalise(term).trimEnd()
  if (wanted.trim() === '') return false
  let at = text.indexOf(wanted)
  while (at >= 0) {
    if (/^(s|es|ed|ing|ly)? /.test(text.slice(at + wanted.length))) return true
    at = text.indexOf(wanted, at + 1)
  }
  return false
}
