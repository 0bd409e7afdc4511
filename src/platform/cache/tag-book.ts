import { randomBytes } from 'node:crypto'

/** One tag as this process knows it. Versions are random, so that a tag that was lost never comes back as an older one. */
export interface Tag {
  readonly name: string
  version: string
  /** Its version in Redis; null while that is not known. */
  shared: string | null
  /** When Redis last said so. */
  confirmedMs: number
  /** The turn of the book at which it was last invalidated here. */
  endedAt: number
}

/** A tag with the version that something was made under. */
export interface HeldTag {
  readonly tag: Tag
  readonly version: string
}

export interface ToldVersions {
  readonly versions: readonly (string | null)[]
  /** When Redis was asked, on the clock and by the book. */
  readonly atMs: number
  readonly turn: number
}

/** Names for what values depend on. To invalidate is to give a tag another version, however many values hold it. */
export interface TagBook {
  /** The tags as they are now; what is made from here on is good for as long as they stay so. */
  hold(names: readonly string[]): readonly HeldTag[]
  invalidate(names: readonly string[]): void
  /** Grows with each invalidation; note it before Redis is asked. */
  turn(): number
  /**
   * What Redis said of tags at an instant, in their order; one that it knows otherwise, or not, is another from now on. Of tags that
   * were invalidated here since it was asked, it said what is no more: nothing is learnt of them, and the answer is false.
   */
  learn(names: readonly string[], told: ToldVersions): boolean
  /** Messages may have been missed: nothing confirmed before now counts, and what Redis cannot confirm is over. */
  unsettle(nowMs: number): void
  /** When it was last certain that what began at `begunMs` under these tags is good; long ago when it is not known. */
  certainAt(held: readonly HeldTag[], begunMs: number): number
}

/** A tag beyond these leaves, oldest first, and takes the values that hold it with it. */
const MOST_TAGS = 50_000
const NONE: readonly HeldTag[] = []
const LONG_AGO = Number.NEGATIVE_INFINITY

export function createTagBook(most = MOST_TAGS): TagBook {
  const tags = new Map<string, Tag>()
  let settledFromMs = LONG_AGO
  let turns = 0
  /** Set anew it is the youngest. */
  const touch = (name: string): Tag => {
    const tag = tags.get(name) ?? createTag(name)
    tags.delete(name)
    tags.set(name, tag)
    return tag
  }
  return {
    hold(names) {
      if (names.length === 0) return NONE
      const held = names.map((name) => {
        const tag = touch(name)
        return { tag, version: tag.version }
      })
      for (const [name, tag] of tags) {
        if (tags.size <= most) break
        tags.delete(name)
        renew(tag)
      }
      return held
    },
    turn: () => turns,
    invalidate(names) {
      turns += 1
      for (const name of names) {
        const tag = tags.get(name)
        // One that nobody holds has nothing to lose.
        if (!tag) continue
        renew(tag)
        tag.shared = null
        tag.endedAt = turns
      }
    },
    learn(names, { versions, atMs, turn }) {
      let isCurrent = true
      for (const [place, name] of names.entries()) {
        const tag = touch(name)
        isCurrent &&= tag.endedAt <= turn
        if (tag.endedAt > turn) continue
        const version = versions[place] ?? null
        if (version === null || version !== tag.shared) renew(tag)
        tag.shared = version
        tag.confirmedMs = Math.max(tag.confirmedMs, atMs)
      }
      return isCurrent
    },
    unsettle(nowMs) {
      settledFromMs = nowMs
      for (const tag of tags.values()) if (tag.shared === null) renew(tag)
    },
    certainAt(held, begunMs) {
      let confirmedMs = Number.POSITIVE_INFINITY
      for (const { tag } of held) confirmedMs = Math.min(confirmedMs, tag.confirmedMs)
      const atMs = Math.max(begunMs, confirmedMs)
      return atMs >= settledFromMs ? atMs : LONG_AGO
    },
  }
}

/** Whether none of the tags was invalidated since they were held. */
export function areCurrent(held: readonly HeldTag[]): boolean {
  for (const { tag, version } of held) if (tag.version !== version) return false
  return true
}

function createTag(name: string): Tag {
  return { name, version: createVersion(), shared: null, confirmedMs: LONG_AGO, endedAt: 0 }
}

function renew(tag: Tag): void {
  tag.version = createVersion()
}

function createVersion(): string {
  return randomBytes(9).toString('base64url')
}
