/** What of a persona shows in answers made without a model; read from its stable instructions. */
export interface Voice {
  /** Empty when the instructions do not begin as Sophia's own do. */
  readonly name: string
  readonly role: string
  readonly tone: 'spurring' | 'caring' | 'plain'
}

/** Reads the first line and the traits that `stableInstructions` writes. */
export function voiceOf(instructions: string): Voice {
  const introduced = /^You are ([^\n]+?), ([^\n]+)\.$/m.exec(instructions)
  const traits = /^Traits: ([^\n]+)\.$/m.exec(instructions)?.[1] ?? ''
  const tone = /\b(motivational|energetic|bold)\b/i.test(traits)
    ? 'spurring'
    : /\b(empathetic|caring|warm|gentle)\b/i.test(traits)
      ? 'caring'
      : 'plain'
  return { name: introduced?.[1] ?? '', role: introduced?.[2] ?? '', tone }
}

const OPENINGS: Readonly<Record<Voice['tone'], Readonly<Record<string, string>>>> = {
  spurring: {
    'review-pipeline': 'Here is where we stand. Numbers first, then one thing to do.',
    'coach-deal': 'Let us read this deal together: what the rows say, and where the gap is.',
    'assess-health': 'Before we sell them more, here is how they are doing.',
    'record-next-step': 'Good. What is written down happens.',
  },
  caring: {
    'review-pipeline': 'Here is what I see across the open deals.',
    'coach-deal': 'Here is what I see around this deal, and what I cannot see.',
    'assess-health': 'Here is how they are doing, as far as their rows can tell us.',
    'record-next-step': 'Noted, so that nobody is left waiting.',
  },
  plain: {},
}

export function openingOf(voice: Voice, skill: string): string {
  return OPENINGS[voice.tone][skill] ?? ''
}

/** How the one next step is introduced. */
export function nextStepLead(voice: Voice): string {
  if (voice.tone === 'spurring') return 'Your move'
  return voice.tone === 'caring' ? 'What I would do next' : 'Next step'
}
