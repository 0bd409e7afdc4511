import { isStopWord, stemOf, wordsOf } from './words.ts'

/** The built-in embedding. A change of any rule here or in words.ts needs a new id: vectors of two ids never meet. */
export const HASHED_EMBEDDING = { id: 'hashed-384-v1', dims: 384 } as const

const WORD = 1
const BIGRAM = 0.5
const CHARS = 0.35
/** Stop words count a little: they tell "I will" from "will I", not more. */
const STOP_WORD = 0.08
const NAME_BOOST = 1.35

/**
 * A unit vector of 384 numbers (all zero for a text without any word). Same text, same vector, on every machine.
 * Features are stems, pairs of neighbouring stems, and 3 to 5 letters in a row inside words, each hashed with a sign into
 * two places. No counts of a corpus go in, so that a vector never goes stale: rarity is guessed from the word itself
 * (stop words down, names and numbers up); what is rare in this house is weighed later, when ranking.
 * Source of the scheme: Weinberger et al. 2009 (signed feature hashing).
 */
export function embedHashed(text: string): Float32Array {
  const vector = new Float32Array(HASHED_EMBEDDING.dims)
  for (const [feature, weight] of featuresOf(text)) addFeature(vector, feature, Math.sqrt(weight))
  return normalised(vector)
}

export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0)
  return sum
}

function featuresOf(text: string): Map<string, number> {
  const features = new Map<string, number>()
  const add = (feature: string, weight: number): void =>
    void features.set(feature, (features.get(feature) ?? 0) + weight)
  let before: string | null = null
  for (const word of wordsOf(text)) {
    if (isStopWord(word)) {
      add(`w${word}`, STOP_WORD)
      continue
    }
    const stem = stemOf(word)
    add(`w${stem}`, /^\d/.test(word) ? NAME_BOOST : WORD)
    if (before !== null) add(`b${before} ${stem}`, BIGRAM)
    before = stem
    addCharacters(stem, add)
  }
  return features
}

/** Their weights together are the same for long and short words: a long word is not worth more than a name. */
function addCharacters(stem: string, add: (feature: string, weight: number) => void): void {
  const framed = `^${stem}$`
  const pieces: string[] = []
  for (const length of [3, 4, 5]) {
    for (let at = 0; at + length <= framed.length; at += 1) pieces.push(framed.slice(at, at + length))
  }
  const each = CHARS * Math.min(1, 6 / pieces.length)
  for (const piece of pieces) add(`c${piece}`, each)
}

function addFeature(vector: Float32Array, feature: string, weight: number): void {
  const first = hashOf(feature, 0x811c9dc5)
  const second = hashOf(feature, 0x9747b28c)
  const [one, two] = [first % vector.length, second % vector.length]
  vector[one] = (vector[one] ?? 0) + (second & 1 ? weight : -weight)
  vector[two] = (vector[two] ?? 0) + (first & 1 ? weight : -weight)
}

function normalised(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  if (sum === 0) return vector
  const scale = 1 / Math.sqrt(sum)
  return vector.map((value) => value * scale)
}

/** FNV-1a over UTF-16 units with MurmurHash3's final mix (Austin Appleby, public domain). */
function hashOf(text: string, seed: number): number {
  let hash = seed | 0
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
