export interface PaletteEntry {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly words?: string
}

/**
 * Entries whose label or words hold every typed word, at word starts before the middle of words. The order of `entries`
 * decides among equals, so pages stay above records.
 */
export function matchEntries<Entry extends PaletteEntry>(entries: readonly Entry[], typed: string): Entry[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return [...entries]
  return entries
    .map((entry, index) => ({ entry, index, score: scoreOf(entry, wanted) }))
    .filter((ranked) => ranked.score > 0)
    .toSorted((one, other) => other.score - one.score || one.index - other.index)
    .map((ranked) => ranked.entry)
}

function scoreOf(entry: PaletteEntry, wanted: readonly string[]): number {
  const text = `${entry.label} ${entry.words ?? ''}`.toLowerCase()
  let score = 0
  for (const word of wanted) {
    if (text.startsWith(word)) score += 4
    else if (text.includes(` ${word}`)) score += 2
    else if (text.includes(word)) score += 1
    else return 0
  }
  return score
}
