import createRouter from 'find-my-way'
import type { Route } from './route.ts'

/** How the server reads addresses, and so whoever looks a route up beside it. */
export const ROUTER_OPTIONS = { maxParamLength: 300 }

/** Answers what belongs to the route at an address, with a query or without; undefined where there is none. */
export type FindRoute<Value> = (method: string, url: string) => Value | undefined

/** Finds routes in the very way in which the server does: encoded letters, long parameters and fixed steps before named ones included. */
export function createRouteFinder<Value>(
  routes: readonly Route[],
  valueOf: (route: Route) => Value | undefined,
): FindRoute<Value> {
  const router = createRouter(ROUTER_OPTIONS)
  const values = new Map<unknown, Value | undefined>()
  for (const route of routes) {
    const handler = (): void => undefined
    values.set(handler, valueOf(route))
    router.on(route.method, route.path, handler)
  }
  return (method, url) => {
    // It answers null for a method that it does not know.
    const found = router.find(method as Route['method'], url)
    return found ? values.get(found.handler) : undefined
  }
}
