/** The beginning of a text, at most so many characters long; a pair such as an emoji that the cut would halve is left out. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  const last = text.charCodeAt(most - 1)
  const isHalved = last >= 0xd8_00 && last <= 0xdb_ff
  return text.slice(0, isHalved ? most - 1 : most)
}
