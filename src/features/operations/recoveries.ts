import type { Recovery, RecoveryAction } from '#contract/recoveries.ts'
import type { Clock } from '#domain/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Health } from './health.ts'

export interface Recoveries {
  /** Something was done about trouble: counted, logged, and kept for who looks. */
  note(action: RecoveryAction, detail: string): void
  /** Newest first; of each kind the last of each detail. */
  list(): Recovery[]
}

interface RecoveryNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly onAction: (action: RecoveryAction) => void
}

const MOST_KEPT = 50

/** Remembers what this process did about trouble by itself. */
export function createRecoveries({ clock, log, onAction }: RecoveryNeeds): Recoveries {
  let kept: Recovery[] = []
  return {
    note(action, detail) {
      onAction(action)
      log.warn({ action, detail }, 'something was mended without being asked for')
      const isSame = (one: Recovery): boolean => one.action === action && one.detail === detail
      const times = (kept.find(isSame)?.times ?? 0) + 1
      const next = { action, detail, times, lastAt: clock.now().toISOString() }
      kept = [next, ...kept.filter((one) => !isSame(one))].slice(0, MOST_KEPT)
    },
    list: () => kept,
  }
}

/** Parts that a person mends, by writing a file, making a backup or renewing a certificate, do not come back by themselves. */
const MENDED_BY_PEOPLE: ReadonlySet<string> = new Set(['personas', 'calendar', 'backup', 'disk', 'tls'])

/** Notes each part that is well again; answers how to stop. */
export function watchParts(health: Pick<Health, 'onChange' | 'snapshot'>, recoveries: Recoveries): () => void {
  const troubled = new Set<string>()
  return health.onChange(() => {
    for (const [name, { status }] of Object.entries(health.snapshot().components)) {
      if (MENDED_BY_PEOPLE.has(name)) continue
      if (status === 'down' || status === 'degraded') troubled.add(name)
      else if (status === 'ok' && troubled.delete(name)) recoveries.note('part-back', name)
    }
  })
}
