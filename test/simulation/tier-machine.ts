import type { Address, TagVersions } from '#platform/cache/shared-tier.ts'

interface Taking {
  readonly token: string
  readonly leaseMs: number
  readonly nowMs: number
  /** For a tag that has none. */
  readonly versionOf: (tag: string) => string
}

interface Ending {
  readonly token: string
  readonly nowMs: number
  /** What was made; absent: nothing. */
  readonly value?: { readonly sealed: Buffer; readonly keptMs: number }
}

/** Rules that a planted fault leaves out. */
export interface TierFaults {
  readonly noRight?: boolean
  readonly forgetNothing?: boolean
}

export type TierMachine = ReturnType<typeof createTierMachine>

/**
 * What Redis does for what processes share, as a machine without Lua: one right at a time to make a value, the value with its time, and
 * versions of tags. All steps are whole, as scripts are, and take the time of Redis. A test holds the scripts of the product to it.
 */
export function createTierMachine(faults: TierFaults = {}) {
  const rights = new Map<string, { readonly token: string; untilMs: number }>()
  /** Until when it counts that somebody waits for a value. */
  const awaited = new Map<string, number>()
  const values = new Map<string, { readonly sealed: Buffer; readonly putMs: number; readonly untilMs: number }>()
  const versions = new Map<string, string>()
  const rightTo = (id: string, nowMs: number) => {
    const right = rights.get(id)
    return right && right.untilMs > nowMs ? right : undefined
  }
  return {
    rightTo,
    versionOf: (tag: string): string | null => versions.get(tag) ?? null,
    /** Gives the right to make a value if nobody has it, and tags that are unknown a version. */
    take({ id, tags }: Address, { token, leaseMs, nowMs, versionOf }: Taking) {
      const isTaken = rightTo(id, nowMs) === undefined || faults.noRight === true
      if (isTaken) rights.set(id, { token, untilMs: nowMs + leaseMs })
      else awaited.set(id, nowMs + leaseMs)
      for (const tag of tags) if (!versions.has(tag)) versions.set(tag, versionOf(tag))
      return { isTaken, versions: tags.map((tag) => versions.get(tag) ?? null) }
    },
    /** False when the right is gone. */
    renew(id: string, { token, leaseMs, nowMs }: Omit<Taking, 'versionOf'>): boolean {
      const right = rightTo(id, nowMs)
      if (right?.token !== token) return false
      right.untilMs = nowMs + leaseMs
      return true
    },
    /** Puts what was made, or gives only the right back; nothing of it when the right is gone. Says whether somebody has to be woken. */
    end(id: string, { token, nowMs, value }: Ending): { readonly isDone: boolean; readonly isAwaited: boolean } {
      if (rightTo(id, nowMs)?.token !== token) return { isDone: false, isAwaited: false }
      rights.delete(id)
      const isAwaited = (awaited.get(id) ?? 0) > nowMs
      awaited.delete(id)
      if (value) values.set(id, { sealed: value.sealed, putMs: nowMs, untilMs: nowMs + value.keptMs })
      return { isDone: true, isAwaited }
    },
    read({ id, tags }: Address, nowMs: number) {
      const lying = values.get(id)
      const value = lying && lying.untilMs > nowMs ? { sealed: lying.sealed, agedMs: nowMs - lying.putMs } : null
      const known: TagVersions = tags.map((tag) => versions.get(tag) ?? null)
      return { value, versions: known }
    },
    /** From now on nothing that was made under these is good. */
    forget(tags: readonly string[]): void {
      if (faults.forgetNothing !== true) for (const tag of tags) versions.delete(tag)
    },
    /** The right to a value, and the mark that somebody waits for it, reach their end. */
    runOut(id: string, nowMs: number): void {
      const right = rights.get(id)
      if (right) right.untilMs = Math.min(right.untilMs, nowMs)
      awaited.delete(id)
    },
    /** A value reaches its end. */
    outlive: (id: string): void => void values.delete(id),
    /** All that lay there is gone. */
    empty(): void {
      for (const kept of [rights, awaited, values, versions]) kept.clear()
    },
  }
}
