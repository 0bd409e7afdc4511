import type { Clock } from '#domain/clock.ts'
import type { SharedTier } from './shared-tier.ts'
import type { HeldTag, TagBook } from './tag-book.ts'

/** What was made, or is being made, under tags: from when on its maker could know of changes. */
interface Dated {
  readonly tags: readonly HeldTag[]
  readonly begunMs: number
}

/** Whether another process may have invalidated a tag without this one having heard. */
export interface Certainty {
  of(dated: Dated, nowMs: number): 'certain' | 'ask' | 'lost'
  /** The same once Redis was asked: what it could not say is not asked again. */
  afterAsking(dated: Dated, nowMs: number): 'certain' | 'lost'
  ask(dated: Dated): Promise<void>
}

interface CertaintyNeeds {
  readonly clock: Clock
  readonly tags: TagBook
  /** Null: in this process only. */
  readonly shared: { readonly tier: SharedTier } | null
}

/** How long what Redis said of tags is taken for so: a lost message costs no more. */
const CERTAIN_MS = 2000
/** The same while Redis is away and nobody can be asked. */
const CERTAIN_ALONE_MS = 10_000

export function createCertainty({ clock, tags, shared }: CertaintyNeeds): Certainty {
  const sinceMs = (dated: Dated, nowMs: number): number => nowMs - tags.certainAt(dated.tags, dated.begunMs)
  const afterAsking = (dated: Dated, nowMs: number): 'certain' | 'lost' =>
    sinceMs(dated, nowMs) < CERTAIN_ALONE_MS ? 'certain' : 'lost'
  return {
    of(dated, nowMs) {
      if (shared === null || dated.tags.length === 0 || sinceMs(dated, nowMs) < CERTAIN_MS) return 'certain'
      return shared.tier.isUp() ? 'ask' : afterAsking(dated, nowMs)
    },
    afterAsking,
    async ask(dated) {
      const names = dated.tags.map(({ tag }) => tag.name)
      const atMs = clock.monotonicMs()
      const turn = tags.turn()
      const versions = await shared?.tier.readVersions(names).catch(() => null)
      // Without an answer it stays as uncertain as it was.
      if (versions) tags.learn(names, { versions, atMs, turn })
    },
  }
}
