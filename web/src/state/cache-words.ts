import type { CacheSavings } from '#contract/cache.ts'
import { countWords, durationWords, moneyWords } from './words.ts'

type Row = CacheSavings['classes'][number]

const NAMES: Readonly<Record<string, string>> = {
  embedding: 'Vectors of texts',
  'model-exact': 'Answers of models',
  'skill-result': 'Results of skills',
  'tool-result': 'Answers of connections',
  'api-response': 'Pages and lists',
  auth: 'Who is signed in',
  directory: 'Names of people and teams',
}

/** What is kept, as people call it. */
export function classWords(name: string): string {
  return NAMES[name] ?? name
}

/** The first line: what was spared today, in money where there was any, and what spared most of it. */
export function savingsLine({ requests, saved, savedMs, classes }: CacheSavings): string {
  if (requests === 0) return 'Nothing was asked of the cache today.'
  const [first] = classes
  const time = savedMs > 0 ? `${durationWords(savedMs)} of waiting` : 'no waiting'
  if (saved.amountMicros === 0)
    return `Today it spared ${time}. No money: none of what was asked again comes from a paid model with a known price.`
  const why = first ? `, most of it by ${classWords(first.class).toLowerCase()} that were given again` : ''
  return `Today it spared ${moneyWords(saved)} and ${time}${why}.`
}

/** The hit rate, and whether it keeps what the class promises. */
export function rateWords({ hitRate, promised, requests }: Pick<Row, 'hitRate' | 'promised' | 'requests'>): string {
  if (hitRate === null) return 'not asked'
  const rate = `${Math.floor(hitRate * 1000) / 10} %`
  if (promised === null) return rate
  const wanted = `${Math.round(promised * 100)} %`
  if (hitRate >= promised) return `${rate}, promised ${wanted}`
  return requests < 100
    ? `${rate}; too few to judge by the promised ${wanted}`
    : `${rate}, below the promised ${wanted}`
}

/** Which tier spared what, in money where there was any, else in waiting; what an older version counted is of none. */
export function tierWords({ byTier: { l1, l2 }, saved, savedMs }: Pick<Row, 'byTier' | 'saved' | 'savedMs'>): string {
  const isMoney = saved.amountMicros > 0
  const amount = (one: Pick<Row, 'saved' | 'savedMs'>): number => (isMoney ? one.saved.amountMicros : one.savedMs)
  const words = (value: number): string =>
    isMoney ? moneyWords({ ...saved, amountMicros: value }) : durationWords(value)
  const rest = amount({ saved, savedMs }) - amount(l1) - amount(l2)
  const parts = [
    [amount(l1), 'in the process'],
    [amount(l2), 'from Redis'],
    // Each part is rounded by itself.
    [rest > 1 ? rest : 0, 'counted before tiers were told apart'],
  ] as const
  const told = parts.filter(([value]) => value > 0).map(([value, where]) => `${words(value)} ${where}`)
  return told.length > 0 ? told.join(', ') : 'nothing'
}

/** Where answers came from, for the reader who wants to know. */
export function sourceWords({ fresh, fromRedis, stale, joined, misses }: Row): string {
  const parts = [
    [fresh - fromRedis, 'from the process'],
    [fromRedis, 'from Redis'],
    [stale, 'past freshness'],
    [joined, 'joined'],
    [misses, 'made'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${countWords(count)} ${words}`)
    .join(', ')
}
