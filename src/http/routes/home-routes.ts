import { Home } from '#contract/home.ts'
import type { Home as HomeRoom } from '#features/home/index.ts'
import { RECORD_KINDS } from '#platform/cache/data-epochs.ts'
import { defineRoute, type Route } from '../route.ts'

/** What matters today. */
export function homeRoutes({ home }: { readonly home: HomeRoom }): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/home',
        summary: 'Three things that matter today',
        access: 'home:read',
        keep: RECORD_KINDS,
        response: Home,
      },
      // Parsed into the contract's own copy: its arrays are mutable, the domain's are not.
      async ({ principal }) => Home.parse(await home.get(principal)),
    ),
  ]
}
