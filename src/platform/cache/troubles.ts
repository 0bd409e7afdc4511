import { minuteText } from '#domain/day.ts'
import type { Clock } from '#domain/clock.ts'
import type { Log } from '#platform/log/log.ts'

/** What may be wrong with what lies in Redis while every question is still answered. */
export const TROUBLE_KINDS = ['another-form', 'damaged', 'full', 'emptied'] as const
export type TroubleKind = (typeof TROUBLE_KINDS)[number]

/** One that is under way. */
export interface Trouble {
  readonly kind: TroubleKind
  /** A sentence about Redis, with since when. */
  readonly detail: string
  /** Whether somebody has to do something about it. */
  readonly isGrave: boolean
}

/** Troubles told once when they begin and once when they are over, however many reads and writes meet them. */
export interface Troubles {
  /** One read or write met it, or a look found it. */
  note(kind: TroubleKind): void
  /** Those under way; one that was not met for five minutes is over. */
  now(): readonly Trouble[]
  /** How often each was met since the process began. */
  counts(): Readonly<Record<TroubleKind, number>>
}

const OVER_AFTER_MS = 5 * 60_000

const WORDS: Readonly<Record<TroubleKind, { readonly detail: string; readonly isGrave: boolean }>> = {
  'another-form': {
    detail: 'values in the form of another version of Sophia lie there, and are made anew',
    isGrave: false,
  },
  damaged: { detail: 'values that cannot be read lie there, and are made anew', isGrave: false },
  full: {
    detail:
      'it is out of memory and refuses what is new, so that each process keeps its own: give it more, and allkeys-lfu',
    isGrave: true,
  },
  emptied: {
    detail: 'what lay there was lost, as by a flush or a start without it, and fills again by use',
    isGrave: false,
  },
}

interface Under {
  readonly since: Date
  times: number
  lastMs: number
}

export function createTroubles({ clock, log }: { readonly clock: Clock; readonly log: Log }): Troubles {
  const counts: Record<TroubleKind, number> = { 'another-form': 0, damaged: 0, full: 0, emptied: 0 }
  const underWay = new Map<TroubleKind, Under>()
  const settle = (): void => {
    const nowMs = clock.monotonicMs()
    for (const [trouble, { lastMs, times }] of underWay) {
      if (nowMs - lastMs < OVER_AFTER_MS) continue
      underWay.delete(trouble)
      log.info({ trouble, times }, `Redis: no more for five minutes: ${WORDS[trouble].detail}`)
    }
  }
  return {
    note(kind) {
      settle()
      counts[kind] += 1
      const lastMs = clock.monotonicMs()
      const known = underWay.get(kind)
      if (known) {
        known.times += 1
        known.lastMs = lastMs
        return
      }
      underWay.set(kind, { since: clock.now(), times: 1, lastMs })
      log.warn({ trouble: kind }, `Redis: ${WORDS[kind].detail}`)
    },
    now() {
      settle()
      return [...underWay].map(([kind, { since, times }]) => {
        const { detail, isGrave } = WORDS[kind]
        const often = times === 1 ? 'once' : `${times} times`
        return { kind, isGrave, detail: `Since ${minuteText(since)}, ${often}: ${detail}.` }
      })
    },
    counts: () => counts,
  }
}
