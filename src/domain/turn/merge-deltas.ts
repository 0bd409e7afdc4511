interface DeltaLike {
  readonly type: string
  readonly text?: string
}

/** Neighbouring text deltas become one; everything else keeps its place. The texts joined stay the same, character for character. */
export function mergeDeltas<Event extends DeltaLike>(events: readonly Event[]): Event[] {
  const merged: Event[] = []
  for (const event of events) {
    const last = merged.at(-1)
    if (event.type === 'text-delta' && last?.type === 'text-delta') {
      merged[merged.length - 1] = { ...last, text: `${last.text ?? ''}${event.text ?? ''}` }
    } else {
      merged.push(event)
    }
  }
  return merged
}
