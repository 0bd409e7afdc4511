import type { CacheClass } from '#domain/cache-policy/cache-class.ts'
import type { Access } from '#features/access/index.ts'
import type { Budgets } from '#features/budgets/index.ts'
import type { Calendar } from '#features/calendar/index.ts'
import { newestVerified, type Backups, type BackupSchedule } from '#features/operations/backup/index.ts'
import type { Personas } from '#features/personas/index.ts'
import { findBegun } from '#features/watch/begun-store.ts'
import { createWatch, readMoment, type Watch } from '#features/watch/index.ts'
import type { Tools } from '#features/tools/index.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import { VERSION } from '#platform/version.ts'
import type { Foundation } from './foundation.ts'
import { readInForce } from './in-force.ts'
import type { wirePost } from './wire-parts.ts'

type WatchedRooms = Foundation & {
  readonly access: Pick<Access, 'listOwners' | 'listActions'>
  readonly backups: Pick<Backups, 'listReachable'>
  readonly backupSchedule: Pick<BackupSchedule, 'verifiedElsewhere'>
  readonly budgets: Pick<Budgets, 'readBudgets'>
  readonly cache: Pick<Cache, 'ledgers'>
  readonly calendar: Pick<Calendar, 'file' | 'number'>
  readonly personas: Pick<Personas, 'list'>
  readonly tools: Pick<Tools, 'listServers'>
  readonly post: ReturnType<typeof wirePost>
}

/** What Sophia knows of herself, from what each room knows of itself. */
export function wireWatch(rooms: WatchedRooms): Watch {
  const { access, backups, backupSchedule, budgets, cache, calendar, objectives, post, tools } = rooms
  return createWatch(
    {
      ...rooms,
      ...post,
      moment: readMoment,
      version: VERSION,
      owners: access.listOwners,
      inForce: readInForce(rooms),
      listActions: access.listActions,
      calendarNumber: calendar.number,
      keptOf: (cacheClass) => countKept(cache, cacheClass),
      newestVerified: async () => {
        // A store that does not answer takes nothing from what lies here; the schedule's health tells of it.
        const { items } = await backups.listReachable()
        const deployment = (await rooms.database.read(findBegun))?.toISOString() ?? null
        const elsewhere = await backupSchedule.verifiedElsewhere()
        const { isFleeting } = rooms.config.backup
        return newestVerified(items, { deployment, elsewhere, isFleeting, now: rooms.clock.now() })
      },
      isConfigured: (objective) => objective !== 'mcp' || tools.listServers().some(({ enabled }) => enabled),
      budgetUsed: async () => {
        const { deploymentDaily, spentToday } = await budgets.readBudgets()
        if (!deploymentDaily || deploymentDaily.amountMicros === 0) return null
        return spentToday.amountMicros / deploymentDaily.amountMicros
      },
    },
    objectives,
  )
}

function countKept(
  cache: Pick<Cache, 'ledgers'>,
  wanted: CacheClass,
): { readonly hits: number; readonly misses: number } {
  const ledger = cache.ledgers().find(({ ledger: { cacheClass } }) => cacheClass === wanted)?.ledger
  if (!ledger) return { hits: 0, misses: 0 }
  const { tiers, stale, joined, misses } = ledger
  return { hits: tiers.l1.hits + tiers.l2.hits + stale + joined, misses }
}
