import { CacheInvalidation, CacheSavings, CacheSavingsQuery, CacheStats, type ClassStats } from '#contract/cache.ts'
import { Done } from '#contract/common.ts'
import type { Access } from '#features/access/index.ts'
import type { CacheLedger } from '#features/cache/index.ts'
import type { Cache, CacheReport } from '#platform/cache/create-cache.ts'
import { kindsOfTags, type Epochs } from '#platform/cache/data-epochs.ts'
import { savedOf, type Saved } from '#platform/cache/ledger.ts'
import { defineRoute, type Route } from '../route.ts'

interface CacheRouteNeeds {
  readonly cache: Pick<Cache, 'ledgers' | 'invalidate'>
  readonly cacheLedger: Pick<CacheLedger, 'read'>
  readonly epochs: Pick<Epochs, 'move'>
  readonly access: Pick<Access, 'recordAudit'>
}

/** What the cache spares, and the way to make it forget. */
export function cacheRoutes({ cache, cacheLedger, epochs, access }: CacheRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/cache/stats',
        summary: 'What the cache of this process did since it began, by class',
        access: 'cache:manage',
        response: CacheStats,
      },
      async () => ({ classes: cache.ledgers().map(present) }),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/cache/savings',
        summary: 'What the cache of all processes spared today and why, and hour by hour for some days',
        access: 'cache:manage',
        query: CacheSavingsQuery,
        response: CacheSavings,
      },
      ({ query }) => cacheLedger.read(query.days),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/cache/invalidate',
        needsRoom: false,
        summary: 'Let nothing answer any more that was made under these tags before now',
        access: 'cache:manage',
        body: CacheInvalidation,
        response: Done,
      },
      async ({ body, principal, correlationId }) => {
        const kinds = kindsOfTags(body.tags)
        // First what may fail: the other never does.
        if (kinds.length > 0) await epochs.move(kinds)
        await cache.invalidate(body.tags)
        const detail = { tags: body.tags }
        await access.recordAudit({
          principal,
          correlationId,
          action: 'cache.invalidate',
          targetKind: 'cache',
          targetId: body.tags[0] ?? '',
          detail,
        })
        return { done: true as const }
      },
    ),
  ]
}

function present({ ledger, policy, isShared }: CacheReport): ClassStats {
  const { cacheClass, tiers, stale, joined, misses, failures } = ledger
  const answered = tiers.l1.hits + tiers.l2.hits + stale + joined
  const requests = answered + misses
  return {
    class: cacheClass,
    tiers: { l1: { ...presentTier(tiers.l1), maxBytes: policy.maxBytes }, l2: isShared ? presentTier(tiers.l2) : null },
    stale,
    joined,
    misses,
    failures,
    hitRate: requests === 0 ? null : answered / requests,
    ...presentSaved(savedOf(ledger)),
  }
}

function presentTier<Tier extends Saved>({ savedMs, savedMicros, ...rest }: Tier) {
  return { ...rest, ...presentSaved({ savedMs, savedMicros }) }
}

function presentSaved({ savedMs, savedMicros }: Saved) {
  return { savedMs: Math.round(savedMs), saved: { amountMicros: Math.round(savedMicros), currency: 'USD' } }
}
