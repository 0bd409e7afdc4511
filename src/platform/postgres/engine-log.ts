import { copyFile, stat, truncate } from 'node:fs/promises'

const MAX_BYTES = 10 * 1024 * 1024
const LOOK_EVERY_MS = 60_000

/**
 * Keeps the engine's log at 10 MB and one older file beside it. The engine holds the file open in append mode, so it is
 * copied and emptied in place; a few lines written between the two are lost, which a log may.
 */
export function boundLog(path: string, onFault: (error: unknown) => void): { stop(): void } {
  const look = (): void => void rotateWhenLarge(path, MAX_BYTES).catch(onFault)
  look()
  const timer = setInterval(look, LOOK_EVERY_MS).unref()
  return { stop: () => clearInterval(timer) }
}

/** Moves the content to `<path>.1` when it is larger than `maxBytes`. */
export async function rotateWhenLarge(path: string, maxBytes: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (!found || found.size <= maxBytes) return false
  await copyFile(path, `${path}.1`)
  await truncate(path, 0)
  return true
}
