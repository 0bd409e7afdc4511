import type { Interface } from 'node:readline/promises'

/** A line, or undefined at the end of input. */
export async function readLine(terminal: Interface, prompt: string): Promise<string | undefined> {
  const ended = new AbortController()
  const onClose = (): void => ended.abort()
  terminal.once('close', onClose)
  try {
    return await terminal.question(prompt, { signal: ended.signal })
  } catch (error) {
    if (ended.signal.aborted) return undefined
    throw error
  } finally {
    terminal.off('close', onClose)
  }
}
