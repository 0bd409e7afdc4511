import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Action, Principal } from '#domain/permission.ts'
import type { DataKind } from '#platform/cache/data-epochs.ts'
import type { KeptClass } from './answer-cache.ts'

type Shape = z.ZodType | undefined
type Parsed<S extends Shape> = S extends z.ZodType ? z.infer<S> : undefined

/** What a handler gets: everything parsed, the principal authorised. */
export interface RouteInput<P extends Shape, Q extends Shape, B extends Shape> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  readonly body: Parsed<B>
  readonly principal: Principal
  readonly correlationId: string
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal
  /** The body, unread, of a route with `bodyKind: 'stream'`; fails with BODY_TOO_LARGE past its limit. */
  readonly upload: Readable
  /** For event streams and cookies only. */
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

interface RouteDefinition<P extends Shape, Q extends Shape, B extends Shape, R extends Shape> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Fastify form: `/api/deals/:id`. */
  readonly path: string
  readonly summary: string
  /** `public` needs no credentials; anything else is decided by the policy before the handler runs. */
  readonly access: 'public' | Action
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** The success body; absent for streams and files, which the handler writes itself. */
  readonly response?: R
  readonly status?: 200 | 201 | 202 | 204
  /** `stream` hands the raw body over unread, up to `bodyLimitBytes`; `ignored` takes any content type and reads none of it. */
  readonly bodyKind?: 'json' | 'stream' | 'ignored'
  readonly bodyLimitBytes?: number
  /**
   * Whether it stores something new, which waits while the disk is nearly full. Standard: what posts, puts and patches does, but for
   * what is public, such as signing in.
   */
  readonly needsRoom?: boolean
  /**
   * The answer of this read may be kept, per member and sight, until data of one of these kinds changes or the day ends; nothing
   * else may bear on it, and the handler touches no headers.
   */
  readonly keep?: readonly DataKind[]
  /** The class it is kept in: `directory` for who and what there is by name, which changes seldom. Standard: `api-response`. */
  readonly keepAs?: KeptClass
}

export interface Route extends RouteDefinition<Shape, Shape, Shape, Shape> {
  handle(input: RouteInput<Shape, Shape, Shape>): Promise<unknown>
}

/** A route as data: OpenAPI, validation, the policy matrix and the server are all made from it. A route without `access` does not compile. */
export function defineRoute<
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends Shape = undefined,
  R extends Shape = undefined,
>(
  definition: RouteDefinition<P, Q, B, R>,
  handle: (input: RouteInput<P, Q, B>) => Promise<R extends z.ZodType ? z.input<R> : void>,
): Route {
  // The server parses each part with the very shapes given here, so the narrower handler fits.
  return { ...definition, handle: handle as unknown as Route['handle'] }
}
