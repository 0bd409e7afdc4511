/** A stretch of the question and whether it only leads up to it. */
export interface Segment {
  readonly text: string
  readonly start: number
  readonly isLeadIn: boolean
}

const GREETING =
  /^\s*(?:(?:hi|hey|hello|hiya|yo|morning|afternoon|evening|good (?:morning|afternoon|evening|day))\b[ ]*(?:there\b|team\b)?[ ]*(?:\p{Lu}[\p{L}]+)?[ ]*(?:[,!.:;-]+\s*|\n+|(?=how|what|can|could|please|is|are|which|show)))/iu
/** `Marcus, review our pipeline`: one capitalised word and a comma. */
const ADDRESS = /^\s*\p{Lu}\p{Ll}+,\s+(?=\S)/u
/** `I'm meeting them tomorrow, where do we stand?` */
const LEAD_IN =
  /^\s*(?:i|i'm|i've|im|ive|we|we're|we've|i am|i have|i just|quick one|quick question|one question|question)\b[^?]*?[,.:;-]\s+(?=\S)/i

/** Cuts greeting and address off and marks a lead-in. Places stay those of the text as given. */
export function segment(text: string): Segment[] {
  let start = 0
  for (const opening of [GREETING, ADDRESS]) start += opening.exec(text.slice(start))?.[0].length ?? 0
  const rest = text.slice(start)
  const leadIn = LEAD_IN.exec(rest.replaceAll('\u2019', "'"))?.[0].length ?? 0
  const segments: Segment[] = []
  if (leadIn > 0) segments.push({ text: rest.slice(0, leadIn), start, isLeadIn: true })
  segments.push({ text: rest.slice(leadIn), start: start + leadIn, isLeadIn: false })
  return segments
}
