import { allRoutes, type HttpRooms } from '#http/routes/index.ts'
import { openApiRoute } from '#http/routes/openapi-route.ts'
import type { Route } from '#http/route.ts'
import { VERSION } from '#platform/version.ts'

/** Every route as data, without a database: for documents and pins. */
export function listAllRoutes(): Route[] {
  // A factory only describes its routes; what a room does is asked of it when a request comes, and here none comes.
  // One that touches its room while describing fails on the spot, because nothing is in it.
  const rooms = {} as HttpRooms
  const routes = allRoutes(rooms)
  return [...routes, openApiRoute(routes, VERSION)]
}
