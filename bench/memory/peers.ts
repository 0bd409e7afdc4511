import { embedHashed, HASHED_EMBEDDING } from '#domain/memory/embed-hashed.ts'
import { stemsOf } from '#domain/memory/words.ts'
import { createVectorIndex } from '#platform/vectors/vector-index.ts'
import type { Corpus } from './corpus.ts'

/** Ids of utterances, best first. */
export type Search = (question: string, k: number) => readonly string[]

/** Okapi BM25 (k1 1.2, b 0.75) over stems without stop words: the plain peer, with the same stemmer. */
export function createBm25(corpus: Corpus): Search {
  const documents = corpus.utterances.map(({ id, text }) => ({ id, stems: stemsOf(text) }))
  const postings = new Map<string, Map<number, number>>()
  documents.forEach(({ stems }, place) => {
    for (const stem of stems) {
      const places = postings.get(stem) ?? new Map<number, number>()
      places.set(place, (places.get(place) ?? 0) + 1)
      postings.set(stem, places)
    }
  })
  const mean = documents.reduce((sum, { stems }) => sum + stems.length, 0) / Math.max(1, documents.length)
  return (question, k) => {
    const scores = new Map<number, number>()
    for (const stem of stemsOf(question)) {
      const places = postings.get(stem) ?? new Map<number, number>()
      const idf = Math.log(1 + (documents.length - places.size + 0.5) / (places.size + 0.5))
      for (const [place, count] of places) {
        const length = 0.25 + (0.75 * (documents[place]?.stems.length ?? 0)) / mean
        scores.set(place, (scores.get(place) ?? 0) + (idf * count * 2.2) / (count + 1.2 * length))
      }
    }
    const ranked = [...scores].toSorted((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, k)
    return ranked.flatMap(([place]) => documents[place]?.id ?? [])
  }
}

/** The built-in hashed vector alone. */
export function createVectorPeer(corpus: Corpus): Search {
  const index = createVectorIndex({ dims: HASHED_EMBEDDING.dims })
  for (const { id, text } of corpus.utterances) index.put(id, 'all', embedHashed(text))
  return (question, k) => index.search(embedHashed(question), ['all'], k).map((hit) => hit.id)
}
