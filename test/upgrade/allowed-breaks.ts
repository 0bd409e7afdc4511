interface AllowedBreak {
  readonly migration: string
  /** As they are told. */
  readonly breaks: RegExp
  /** Why the version before goes on all the same; of what is taken away, since which migration nobody uses it. */
  readonly reason: string
}

/** What migrations take from the version before, or refuse of what it writes, and why they may. */
export const ALLOWED_BREAKS: readonly AllowedBreak[] = [
  {
    migration: '0006-memories.sql',
    breaks: /^(imports|transcripts) has a new trigger: CREATE TRIGGER memory_(imports|transcripts)_gone AFTER DELETE/,
    reason: 'It comes after a deletion and deletes from a table of the same migration: it refuses nothing.',
  },
  {
    migration: '0013-data-epochs.sql',
    breaks: /^\w+ has a new trigger: CREATE TRIGGER mark_change AFTER INSERT OR /,
    reason:
      'It comes after a change and notes in a table of the same migration that there was one: it refuses nothing.',
  },
]
