import { z } from 'zod'
import { Done, Uuid } from '#contract/common.ts'
import {
  MappingList,
  NewSync,
  RunRequest,
  Sync,
  SyncChange,
  SyncDetail,
  SyncList,
  SyncPreview,
  SyncRun,
} from '#contract/sync.ts'
import type { SyncRoom } from '#features/sync/index.ts'
import { defineRoute, type Route } from '../route.ts'

interface SyncRouteNeeds {
  readonly syncs: SyncRoom
}

const Id = z.strictObject({ id: Uuid })
const DONE: z.infer<typeof Done> = { done: true }
const ALL_SYNCS = '/api/mcp/syncs'
const ONE_SYNC = `${ALL_SYNCS}/:id`

/** Copies of CRMs behind MCP servers: which, how fresh, and what each run did. */
export function syncRoutes({ syncs }: SyncRouteNeeds): Route[] {
  return [...readingRoutes(syncs), ...managingRoutes(syncs), ...runRoutes(syncs)]
}

function readingRoutes(syncs: SyncRoom): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: ALL_SYNCS,
        summary: 'Which connections are kept in step, and how old their data is',
        access: 'mcp:read',
        response: SyncList,
      },
      async () => ({ items: await syncs.list() }),
    ),
    defineRoute(
      {
        method: 'GET',
        path: `${ALL_SYNCS}/mappings`,
        summary: 'The mapping files there are, with their text and faults',
        access: 'mcp:manage',
        response: MappingList,
      },
      async () => ({ items: await syncs.mappings() }),
    ),
    defineRoute(
      {
        method: 'GET',
        path: ONE_SYNC,
        summary: 'One sync with its last runs; their findings for those who manage syncs and see all rows',
        access: 'mcp:read',
        params: Id,
        response: SyncDetail,
      },
      ({ principal, params }) => syncs.get(principal, params.id),
    ),
  ]
}

function managingRoutes(syncs: SyncRoom): Route[] {
  return [
    defineRoute(
      {
        method: 'POST',
        path: ALL_SYNCS,
        summary: 'Keep a connection in step',
        access: 'mcp:manage',
        body: NewSync,
        response: Sync,
        status: 201,
      },
      ({ principal, body }) => syncs.create(principal, body),
    ),
    defineRoute(
      {
        method: 'PATCH',
        path: ONE_SYNC,
        summary: 'Change a sync, or switch it off and on',
        access: 'mcp:manage',
        params: Id,
        body: SyncChange,
        response: Sync,
      },
      ({ principal, params, body }) => syncs.change(principal, { id: params.id, change: body }),
    ),
    defineRoute(
      {
        method: 'DELETE',
        path: ONE_SYNC,
        summary: 'End a sync; what it copied stays',
        access: 'mcp:manage',
        params: Id,
        response: Done,
      },
      async ({ principal, params }) => {
        await syncs.remove(principal, params.id)
        return DONE
      },
    ),
  ]
}

function runRoutes(syncs: SyncRoom): Route[] {
  return [
    defineRoute(
      {
        method: 'POST',
        path: `${ALL_SYNCS}/preview`,
        summary: 'The first five records of each kind as they would become; nothing is stored',
        access: 'mcp:manage',
        body: NewSync,
        response: SyncPreview,
      },
      ({ principal, body, signal }) => syncs.preview(principal, { wanted: body, signal }),
    ),
    defineRoute(
      {
        method: 'POST',
        path: `${ONE_SYNC}/run`,
        summary: 'Begin a run, or hear of the one under way',
        access: 'mcp:manage',
        params: Id,
        body: RunRequest,
        response: SyncRun,
        status: 202,
      },
      ({ principal, params, body }) => syncs.run(principal, { id: params.id, request: body }),
    ),
  ]
}
