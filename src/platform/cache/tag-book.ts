import { randomBytes } from 'node:crypto'

/** One tag as this process knows it. Its version is random, so that a tag that was lost never comes back as an older one. */
export interface Tag {
  readonly name: string
  version: string
}

/** A tag with the version that something was made under. */
export interface HeldTag {
  readonly tag: Tag
  readonly version: string
}

/** Names for what values depend on. To invalidate is to give a tag another version, however many values hold it. */
export interface TagBook {
  /** The tags as they are now; what is made from here on is good for as long as they stay so. */
  hold(names: readonly string[]): readonly HeldTag[]
  invalidate(names: readonly string[]): void
}

/** A tag beyond these leaves, oldest first, and takes the values that hold it with it. */
const MOST_TAGS = 50_000
const NONE: readonly HeldTag[] = []

export function createTagBook(most = MOST_TAGS): TagBook {
  const tags = new Map<string, Tag>()
  const renew = (tag: Tag): void => void (tag.version = createVersion())
  return {
    hold(names) {
      if (names.length === 0) return NONE
      const held = names.map((name) => {
        const tag = tags.get(name) ?? { name, version: createVersion() }
        // Set anew it is the youngest.
        tags.delete(name)
        tags.set(name, tag)
        return { tag, version: tag.version }
      })
      for (const [name, tag] of tags) {
        if (tags.size <= most) break
        tags.delete(name)
        renew(tag)
      }
      return held
    },
    invalidate(names) {
      for (const name of names) {
        const tag = tags.get(name)
        // One that nobody holds has nothing to lose.
        if (tag) renew(tag)
      }
    },
  }
}

/** Whether none of the tags was invalidated since they were held. */
export function areCurrent(held: readonly HeldTag[]): boolean {
  for (const { tag, version } of held) if (tag.version !== version) return false
  return true
}

function createVersion(): string {
  return randomBytes(9).toString('base64url')
}
