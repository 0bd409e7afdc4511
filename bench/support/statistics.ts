/** The value at or below which this share (0 to 1) of the values lies, by nearest rank, to a thousandth; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN)
}

/** The one in the middle; of two the upper. */
export function median(values: readonly number[]): number {
  return round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN)
}

/** To a thousandth. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
