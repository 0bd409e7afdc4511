import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { askerOf } from '#domain/asker.ts'
import type { CacheClass, CacheOrigin } from '#domain/cache-policy/cache-class.ts'
import { canonicalJson } from '#domain/canonical-json.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import type { DataKind, Epochs } from '#platform/cache/data-epochs.ts'
import { noteHere } from '#platform/tracing/in-span.ts'

interface AnswerCacheNeeds {
  readonly cache: Pick<Cache, 'space'>
  readonly epochs: Pick<Epochs, 'of'>
  readonly clock: Clock
  readonly version: string
}

const Kept = z.object({ body: z.string(), tag: z.string(), madeAtMs: z.number() })
type Kept = z.infer<typeof Kept>

/** The classes that answers of routes are kept in. */
export type KeptClass = Extract<CacheClass, 'api-response' | 'directory'>

interface Asked {
  readonly keptIn: KeptClass
  /** Path of the route, parameters and query, all that the answer depends on besides who asks and the data. */
  readonly place: readonly unknown[]
  readonly epochs: readonly DataKind[]
  readonly principal: Principal
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** The body as JSON; others may wait for it too, so it ends by the signal it is given and not by this caller's. */
  readonly make: (signal: AbortSignal) => Promise<string>
}

/** Answers of routes that declare `keep`, per member and sight; undefined stands for "not modified". */
export interface AnswerCache {
  answer(asked: Asked): Promise<string | undefined>
}

export function createAnswerCache({ cache, epochs, clock, version }: AnswerCacheNeeds): AnswerCache {
  // Another version may shape its answers otherwise.
  const form = { shape: `answer ${version}`, read: (raw: unknown) => Kept.parse(raw) }
  const spaces = {
    'api-response': cache.space<Kept>('api-response', 'routes', form),
    directory: cache.space<Kept>('directory', 'routes', form),
  }
  return {
    async answer({ keptIn, place, epochs: kinds, principal, request, reply, make }) {
      const space = spaces[keptIn]
      const day = dayOf(clock.now())
      const key = canonicalJson([place, day, await epochs.of(kinds)])
      const owner = askerOf(principal)
      const nowMs = clock.now().getTime()
      let origin: CacheOrigin = 'miss'
      const holding = { owner, onOrigin: (from: CacheOrigin) => void (origin = from) }
      const kept = await space.getOrSet(key, holding, async ({ signal }) => {
        const body = await make(signal)
        return { body, tag: tagOf(body), madeAtMs: clock.now().getTime() }
      })
      const seconds = Math.max(0, Math.floor((nowMs - kept.madeAtMs) / 1000))
      void reply.headers({
        etag: kept.tag,
        'x-sophia-cache': `${origin}; age=${seconds}`,
      })
      noteHere({
        'sophia.cache.class': keptIn,
        'sophia.cache.hit': origin !== 'miss',
        'sophia.cache.tier': origin === 'miss' ? 'maker' : origin,
      })
      if (isNamed(kept.tag, request.headers['if-none-match'])) {
        void reply.code(304)
        return undefined
      }
      void reply.type('application/json; charset=utf-8')
      return kept.body
    },
  }
}

function tagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
}

/** Whether an If-None-Match names the tag; weak ones count, as RFC 9110 compares them here. */
function isNamed(tag: string, header: string | undefined): boolean {
  if (header === undefined) return false
  return header.split(',').some((named) => named.trim().replace(/^W\//, '') === tag || named.trim() === '*')
}
