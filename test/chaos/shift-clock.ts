/** Loaded before a program: sets its wall clock off by CHAOS_CLOCK_OFFSET_MS milliseconds. Its monotonic clock stays right, as it does in a machine whose date is wrong. */
const offsetMs = Number(process.env['CHAOS_CLOCK_OFFSET_MS'] ?? 0)
const RealDate = Date

class ShiftedDate extends RealDate {
  constructor(...parts: [] | [value: number | string | Date]) {
    if (parts.length === 0) super(RealDate.now() + offsetMs)
    // All forms with more than one part come through here as they are.
    else super(...(parts as [number]))
  }

  static override now(): number {
    return RealDate.now() + offsetMs
  }
}

globalThis.Date = ShiftedDate as DateConstructor
