import type { MemorySlot } from './slots.ts'

/** Capitalised, but no record: days, months, languages. */
export const NO_RECORD =
  /^(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Q[1-4]|I|English|German|French|Spanish|Europe|America|Christmas|Easter)(?!\p{L})/u

export interface RecordPattern {
  readonly slot: MemorySlot
  /** Groups: `p` a person, `v` a value, `o` the record. */
  readonly pattern: RegExp
  /** A fixed value; without it the group `v`, then `p`, then null. */
  readonly value?: string
  readonly isCorrection?: boolean
}

export const PERSON = String.raw`\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2}`
export const NAME = String.raw`\p{Lu}[\p{L}\p{N}&.'’-]*(?:(?: (?:of|and|&|de|van|von|for|the))?? \p{Lu}[\p{L}\p{N}&.'’-]*){0,4}`
export const NOW = String.raw`(?:just |now |also |already |officially |finally |really |very |quite |still |currently |today |actually |definitely )*`
export const THEIR = String.raw`(?:our |the |their |my |that )?(?:new |main |current |only )?`
export const THEY = '(?:they|the client|the customer|the account|the team|the prospect|the buyer)'
