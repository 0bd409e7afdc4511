const CANDIDATES = [',', ';', '\t'] as const
const SAMPLE_LINES = 30

/**
 * The delimiter by which most of the first lines have as many parts as the header; commas win a tie. Text inside quotes
 * does not count. A file with one column gets the comma.
 */
export function findDelimiter(sample: string): string {
  let best = { delimiter: ',', score: 0 }
  for (const delimiter of CANDIDATES) {
    const counts = countPerLine(sample, delimiter)
    const first = counts[0] ?? 0
    if (first === 0) continue
    const agreeing = counts.filter((count) => count === first).length / counts.length
    const score = agreeing * 1000 + Math.min(first, 500)
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

function countPerLine(sample: string, delimiter: string): number[] {
  const counts: number[] = []
  let count = 0
  let isQuoted = false
  let hasText = false
  for (const character of sample) {
    if (character === '"') isQuoted = !isQuoted
    if (!isQuoted && (character === '\n' || character === '\r')) {
      if (hasText) counts.push(count)
      if (counts.length >= SAMPLE_LINES) return counts
      count = 0
      hasText = false
    } else {
      hasText = true
      if (!isQuoted && character === delimiter) count += 1
    }
  }
  if (hasText && counts.length === 0) counts.push(count)
  return counts
}
