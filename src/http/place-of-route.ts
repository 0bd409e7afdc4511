import type { Rank } from '#domain/overload/admission.ts'
import type { Route } from './route.ts'

/** How a route stands when not all that is asked can be done. */
export interface PlaceOfRoute {
  readonly rank: Rank
  /** Its length depends on somebody else, or on how much is sent: it says nothing about how busy this process is. */
  readonly isLong: boolean
}

const CHAT = /^\/api\/(conversations|turns|messages|me)(\/|$)/
const BACKGROUND = /^\/api\/(audit|backups|cache|imports|sample|usage|mcp\/syncs)(\/|$)/
const LONG = /^\/api\/(backups|sample|mcp)(\/|$)/

/** Null: always let in. What monitors ask and signing in come before everything, and cost little. */
export function placeOfRoute({
  access,
  method,
  path,
  bodyKind,
}: Pick<Route, 'access' | 'method' | 'path' | 'bodyKind'>): PlaceOfRoute | null {
  if (access === 'public') return null
  // Records come in bulk, by programs.
  const isBulk = method === 'PUT' || bodyKind === 'stream'
  const rank = CHAT.test(path) ? 'chat' : isBulk || BACKGROUND.test(path) ? 'background' : 'page'
  return { rank, isLong: isBulk || LONG.test(path) }
}
