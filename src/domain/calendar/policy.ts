import type { Source } from './fault.ts'
import type { KnobKey } from './knobs.ts'
import type { PeriodMatch } from './period-match.ts'
import type { SettingValue } from './setting-value.ts'

/** One thing that a policy moves, and whereto. */
export interface Setting {
  readonly key: KnobKey
  readonly value: SettingValue
  /** Of a cache: nothing that was stored before the period begins is given in it. */
  readonly isFreshAtStart: boolean
  /** Where that is said. */
  readonly freshSource: Source
  readonly source: Source
}

/** What is moved while certain periods are in force. */
export interface Policy {
  readonly match: PeriodMatch
  /** As it was written. */
  readonly matchText: string
  readonly settings: readonly Setting[]
  readonly source: Source
}
