import { createRouteFinder } from './find-route.ts'
import type { Route } from './route.ts'

/** Tells which methods an address takes: for the difference between a wrong address and a wrong method. */
export function createMethodFinder(routes: readonly Route[]): (path: string) => string[] {
  const find = createRouteFinder(routes, ({ method }) => method)
  const methods = [...new Set(routes.map(({ method }) => method))]
  return (path) => methods.filter((method) => find(method, path) !== undefined)
}
