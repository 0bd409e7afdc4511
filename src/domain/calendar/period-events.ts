import type { Day } from '../day.ts'
import type { Window } from './windows.ts'

/** What a file of events gives to a period: whole local days, and stretches with their own times. */
export interface PeriodEvents {
  /** The file's name, such as `board.ics`. */
  readonly from: string
  readonly days: readonly Day[]
  readonly stretches: readonly EventStretch[]
}

/** Instants in milliseconds; floating ones are what the clocks of the period's zone show, written as if in UTC. */
export interface EventStretch extends Window {
  readonly isFloating: boolean
}
