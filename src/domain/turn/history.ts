/** A message as the model may read it again. */
export interface PastMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** Four characters a token: what English prose averages; used to bound what is sent, never to bill. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4)
}

/**
 * The newest messages that fit `maxMessages` and `maxTokens`, oldest first and beginning with a person's. The last
 * message, the question itself, is always kept whole.
 */
export function fitHistory(
  messages: readonly PastMessage[],
  limits: { maxMessages: number; maxTokens: number },
): PastMessage[] {
  const kept: PastMessage[] = []
  let tokens = 0
  for (const message of messages.toReversed()) {
    tokens += estimateTokens(message.text)
    if (kept.length > 0 && (kept.length >= limits.maxMessages || tokens > limits.maxTokens)) break
    kept.unshift(message)
  }
  const firstQuestion = kept.findIndex((message) => message.role === 'user')
  return mergeNeighbours(firstQuestion > 0 ? kept.slice(firstQuestion) : kept)
}

/** Providers want the roles to alternate; two messages of one side in a row become one. */
function mergeNeighbours(messages: readonly PastMessage[]): PastMessage[] {
  const merged: PastMessage[] = []
  for (const message of messages) {
    const last = merged.at(-1)
    if (last?.role === message.role)
      merged[merged.length - 1] = { role: last.role, text: `${last.text}\n\n${message.text}` }
    else merged.push(message)
  }
  return merged
}
