/** About what a pointer, a number or the head of an object takes. */
const SLOT_BYTES = 8
const HEAD_BYTES = 24

/**
 * About how many bytes a value holds in memory: strings by their characters, binary data exactly, structures by their parts.
 * Stops counting once it is above `limit`, so that neither size nor a cycle makes it long.
 */
export function estimateBytes(value: unknown, limit: number): number {
  let bytes = 0
  const waiting: unknown[] = [value]
  while (waiting.length > 0 && bytes <= limit) {
    const part = waiting.pop()
    bytes += ownBytes(part)
    if (bytes <= limit) for (const inner of partsOf(part)) waiting.push(inner)
  }
  return bytes
}

function partsOf(part: unknown): Iterable<unknown> {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return []
  if (Array.isArray(part) || part instanceof Map || part instanceof Set) return part
  return Object.entries(part)
}

function ownBytes(part: unknown): number {
  if (typeof part === 'string') return HEAD_BYTES + part.length
  if (ArrayBuffer.isView(part)) return HEAD_BYTES + part.byteLength
  if (part instanceof ArrayBuffer) return HEAD_BYTES + part.byteLength
  if (Array.isArray(part)) return HEAD_BYTES + part.length * SLOT_BYTES
  return typeof part === 'object' && part !== null ? HEAD_BYTES : SLOT_BYTES
}
