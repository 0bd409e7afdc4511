/** What a model wrote as arguments: an object, or its raw text when it is not JSON, which the skill's own parser then refuses. */
export function parseToolInput(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    // A model's slip is the skill's to refuse, with a message the model can act on.
    return text
  }
}
