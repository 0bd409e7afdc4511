import type { Clock } from '#domain/clock.ts'
import { isFull, takeToken, type Bucket, type BucketRule } from '#domain/rate-limit.ts'

/** What one connection takes of what its member may have in this process. */
export interface MemberShare {
  /** Whether a frame may be sent now. */
  takeFrame(): boolean
  /** Whether one more answer may be followed; give it back once it is not followed any more. */
  takeSubscription(): boolean
  giveSubscription(): void
  leave(): void
}

/** What members may have at once over all their connections to this process. */
export interface MemberBook {
  /** null: the member has as many connections as one may have. */
  join(memberId: string): MemberShare | null
  /** Forgets who has gone and is owed nothing; for a timer. */
  sweep(): void
  readonly size: number
}

interface MemberLimits {
  readonly socketsPerMember: number
  readonly subscriptionsPerMember: number
  readonly framesPerSecond: number
  readonly frameBurst: number
}

interface Page {
  sockets: number
  subscriptions: number
  bucket: Bucket | undefined
}

/** A member keeps their page for a moment after the last connection, so that to come anew is not to begin anew. */
export function createMemberBook(limits: MemberLimits, clock: Pick<Clock, 'monotonicMs'>): MemberBook {
  const pages = new Map<string, Page>()
  const rule: BucketRule = { ratePerSecond: limits.framesPerSecond, burst: limits.frameBurst }
  return {
    join(memberId) {
      const page = pages.get(memberId) ?? { sockets: 0, subscriptions: 0, bucket: undefined }
      if (page.sockets >= limits.socketsPerMember) return null
      page.sockets += 1
      pages.set(memberId, page)
      return shareOf(page, { rule, clock, most: limits.subscriptionsPerMember })
    },
    sweep() {
      for (const [memberId, { sockets, bucket }] of pages)
        if (sockets === 0 && (!bucket || isFull(bucket, rule, clock.monotonicMs()))) pages.delete(memberId)
    },
    get size() {
      return pages.size
    },
  }
}

interface ShareRules {
  readonly rule: BucketRule
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly most: number
}

function shareOf(page: Page, { rule, clock, most }: ShareRules): MemberShare {
  return {
    takeFrame() {
      const taken = takeToken(page.bucket, rule, clock.monotonicMs())
      page.bucket = taken.bucket
      return taken.isAllowed
    },
    takeSubscription() {
      if (page.subscriptions >= most) return false
      page.subscriptions += 1
      return true
    },
    giveSubscription: () => void (page.subscriptions -= 1),
    leave: () => void (page.sockets -= 1),
  }
}
