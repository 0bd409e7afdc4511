import type { TaggedToken } from './tag-words.ts'

/** A record's name as it stands in the text; `from` and `to` are token positions, `to` excluded. */
export interface NameSpan {
  readonly text: string
  readonly from: number
  readonly to: number
  /** `Anna's`: somebody has something. */
  readonly isPossessive: boolean
  readonly isCapital: boolean
}

/** The name that the tokens from `from` up to `to` spell. */
export function spanOf(
  text: string,
  tokens: readonly TaggedToken[],
  { from, to }: { from: number; to: number },
): NameSpan {
  const first = tokens[from]
  const last = tokens[to - 1]
  return {
    text: text.slice(first?.start ?? 0, last?.end ?? 0),
    from,
    to,
    isPossessive: last?.isPossessive ?? false,
    isCapital: first?.isCapital ?? false,
  }
}
