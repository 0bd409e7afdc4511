import type { CallQuote } from './call-review.ts'
import type { Sentence } from './heard-lines.ts'

/** A name behind words that only go with another supplier. */
const NAMED =
  /\b(?:also (?:looking at|talking (?:to|with)|evaluating|considering)|(?:a |the )?(?:quote|offer|proposal|demo|pitch) from|switch(?:ing)? (?:to|from)|move(?:d|ing)? (?:to|from)|compar(?:e|ed|ing) (?:you |us |it )?(?:to|with|against)|up against|shortlisted|leaning towards?|we (?:currently )?use) (\p{Lu}[\p{L}\p{N}&.'-]*(?: \p{Lu}[\p{L}\p{N}&.'-]*){0,2})/gu
const NO_COMPANY =
  /^(?:The|A|An|I|It|This|That|Excel|Monday|Tuesday|Wednesday|Thursday|Friday|January|February|March|April|May|June|July|August|September|October|November|December|English|Finance|Legal)$/

export interface Mentions {
  readonly competitors: { readonly name: string; readonly quotes: readonly CallQuote[] }[]
  /** Places of the sentences that name one. */
  readonly places: ReadonlySet<number>
}

/**
 * Competitors by name: those on record anywhere in sight, and names behind words that only go with another supplier. `own`
 * are names that are none: the client, the people, the product.
 */
export function findCompetitors(
  sentences: readonly Sentence[],
  names: { readonly rivals: readonly string[]; readonly own: readonly string[] },
): Mentions {
  const found = new Map<string, { name: string; quotes: CallQuote[] }>()
  const places = new Set<number>()
  const known = names.rivals
    .filter((name) => name.trim().length >= 3)
    .map((name) => ({ name: name.trim(), pattern: wordPattern(name.trim()) }))
  const own = names.own.filter((name) => name !== '').map((name) => name.toLowerCase())
  sentences.forEach((sentence, index) => {
    const here = [
      ...known.flatMap(({ name, pattern }) => (pattern.test(sentence.text) ? [name] : [])),
      ...namedIn(sentence.text, own),
    ]
    for (const name of here) {
      const key = name.toLowerCase()
      const mention = found.get(key) ?? { name, quotes: [] }
      if (!mention.quotes.some((quote) => quote.line === sentence.line && quote.text === sentence.text))
        mention.quotes.push(sentence)
      found.set(key, mention)
      places.add(index)
    }
  })
  return { competitors: [...found.values()], places }
}

function namedIn(text: string, own: readonly string[]): string[] {
  return [...text.matchAll(NAMED)].flatMap(([, name = '']) => {
    const clean = name.replace(/[.'’]+$/, '').replace(/['’]s$/, '')
    const isOwn = own.some((one) => one.includes(clean.toLowerCase()) || clean.toLowerCase().includes(one))
    return NO_COMPANY.test(clean) || isOwn ? [] : [clean]
  })
}

function wordPattern(name: string): RegExp {
  const escaped = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${escaped}(?![\p{L}\p{N}])`, 'iu')
}
