/**
 * Writes a vector as signed bytes and answers what one step is worth: `vector[i] ≈ bytes[i] * step`. The largest number
 * becomes ±127. A vector without direction (all zero, or with something that is not a number) becomes zero.
 */
export function quantise(vector: Float32Array, bytes: Int8Array): number {
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  if (largest === 0 || !Number.isFinite(largest)) {
    bytes.fill(0)
    return 0
  }
  const scale = 127 / largest
  for (let index = 0; index < vector.length; index += 1) bytes[index] = Math.round((vector[index] ?? 0) * scale)
  return 1 / scale
}
