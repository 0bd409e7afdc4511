import type { KnobValue } from '#domain/calendar/effective.ts'

/** What holds without the calendar, for the keys that something in this process goes by. */
export type KnownBases = ReadonlyMap<string, KnobValue>

/** Of keys that hold no number, whoever goes by them: nothing is frozen, no time is set, nobody is told anything. */
export function baseOf(bases: KnownBases, key: string): KnobValue | undefined {
  const known = bases.get(key)
  if (known !== undefined) return known
  if (key === 'context') return []
  if (key === 'freeze.deploys') return false
  return key === 'backup.at' ? null : undefined
}
