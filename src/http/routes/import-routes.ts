import type { Readable } from 'node:stream'
import { z } from 'zod'
import { PageQuery, Uuid } from '#contract/common.ts'
import {
  ImportFaultPage,
  ImportOptions,
  ImportPage,
  ImportPreview,
  ImportPreviewQuery,
  ImportReport,
  RECORD_KINDS,
  SampleStatus,
} from '#contract/records.ts'
import type { RecordKind } from '#contract/records.ts'
import { previewBytes, type ImportRequest, type Imports } from '#features/imports/index.ts'
import { defineRoute, type Route } from '../route.ts'

const UPLOAD_LIMIT_BYTES = 200 * 1024 * 1024
const PREVIEW_LIMIT_BYTES = 2 * 1024 * 1024
const BULK_LIMIT_BYTES = 8 * 1024 * 1024
const MAX_BULK_RECORDS = 1000

const ImportId = z.strictObject({ id: Uuid })
/** Field names as in `--map`; values as text, or as JSON has them. */
const BulkRecords = z
  .array(z.record(z.string().max(100), z.union([z.string(), z.number(), z.boolean(), z.null()])))
  .min(1)
  .max(MAX_BULK_RECORDS)

interface ImportRouteNeeds {
  readonly imports: Imports
}

/** Files and records coming in, and the sample company. */
export function importRoutes(needs: ImportRouteNeeds): Route[] {
  return [
    uploadRoute(needs),
    previewRoute(needs),
    ...readRoutes(needs),
    ...sampleRoutes(needs),
    ...RECORD_KINDS.map((kind) => bulkRoute(needs, kind)),
  ]
}

function uploadRoute({ imports }: ImportRouteNeeds): Route {
  return defineRoute(
    {
      method: 'POST',
      path: '/api/imports',
      summary:
        'Import a file: the body is the file, a CSV, or calls as .txt, .vtt or .json. Give an id of your own to read the progress meanwhile.',
      access: 'records:import',
      query: ImportOptions,
      bodyKind: 'stream',
      bodyLimitBytes: UPLOAD_LIMIT_BYTES,
      response: ImportReport,
      status: 201,
    },
    async ({ query, principal, upload, signal, request, reply }) => {
      const length = Number(request.headers['content-length'])
      const bytesTotal = Number.isSafeInteger(length) ? length : null
      try {
        return await imports.runImport({ stream: upload, request: toRequest(query), principal, signal, bytesTotal })
      } catch (error) {
        // A caller that is still sending must be able to read the answer: let the rest run dry, then hang up.
        void reply.header('connection', 'close')
        request.raw.unpipe()
        request.raw.resume()
        throw error
      }
    },
  )
}

function toRequest(query: z.infer<typeof ImportOptions>): ImportRequest {
  return {
    id: query.id,
    kind: query.kind,
    fileName: query.fileName,
    map: query.map,
    call: { deal: query.deal, client: query.client, rep: query.rep, onDay: query.on, title: query.title },
    asOf: query.asOf,
    isAtomic: query.atomic === 'true',
    isDryRun: query.dryRun === 'true',
    replacesSample: query.replaceSample === 'true',
  }
}

function previewRoute({ imports }: ImportRouteNeeds): Route {
  return defineRoute(
    {
      method: 'POST',
      path: '/api/imports/preview',
      needsRoom: false,
      summary:
        'What each column of a file would become, or how its calls are understood; send its first 64 KB, of calls its first megabyte',
      access: 'records:import',
      query: ImportPreviewQuery,
      bodyKind: 'stream',
      bodyLimitBytes: PREVIEW_LIMIT_BYTES,
      response: ImportPreview,
    },
    async ({ query, principal, upload }) =>
      imports.previewImport({
        head: await readHead(upload, previewBytes(query.fileName ?? '')),
        fileName: query.fileName,
        kind: query.kind,
        map: query.map,
        principal,
      }),
  )
}

/** The first bytes; the rest of what was sent is read and dropped, so that the connection can be used again. */
async function readHead(upload: Readable, mostBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of upload) {
    // Bodies arrive as buffers.
    const bytes = part as Buffer
    if (length < mostBytes) parts.push(bytes)
    length += bytes.length
  }
  return Buffer.concat(parts)
}

function readRoutes({ imports }: ImportRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/imports',
        summary: 'Imports, newest first',
        access: 'records:import',
        query: PageQuery,
        response: ImportPage,
      },
      ({ query, principal }) => imports.listImports(query, principal),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/imports/:id',
        summary: 'One import, with its progress while it runs',
        access: 'records:import',
        params: ImportId,
        response: ImportReport,
      },
      ({ params, principal }) => imports.getImport(params.id, principal),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/imports/:id/faults',
        summary: 'The bad rows of an import: line, column, reason, value',
        access: 'records:import',
        params: ImportId,
        query: PageQuery,
        response: ImportFaultPage,
      },
      ({ params, query, principal }) => imports.listFaults({ id: params.id, ...query }, principal),
    ),
  ]
}

function sampleRoutes({ imports }: ImportRouteNeeds): Route[] {
  const path = '/api/sample'
  return [
    defineRoute(
      {
        method: 'GET',
        path,
        summary: 'Whether the sample company is loaded',
        access: 'home:read',
        response: SampleStatus,
      },
      async ({ principal }) => {
        const status = await imports.sampleStatus()
        // Counts are of everybody's rows, so they are for those who see them all.
        return principal.visible.kind === 'all' ? status : { ...status, counts: {} }
      },
    ),
    defineRoute(
      {
        method: 'POST',
        path,
        summary: 'Load the sample company',
        access: 'sample:manage',
        response: SampleStatus,
        status: 201,
      },
      ({ principal }) => imports.loadSample(principal),
    ),
    defineRoute(
      { method: 'DELETE', path, summary: 'Remove the sample company', access: 'sample:manage', response: SampleStatus },
      ({ principal }) => imports.removeSample(principal),
    ),
  ]
}

function bulkRoute({ imports }: ImportRouteNeeds, kind: RecordKind): Route {
  return defineRoute(
    {
      method: 'PUT',
      path: `/api/${kind}`,
      summary: `Write up to ${MAX_BULK_RECORDS} ${kind} by id, all or nothing`,
      access: 'records:import',
      body: BulkRecords,
      bodyLimitBytes: BULK_LIMIT_BYTES,
      response: ImportReport,
    },
    ({ body, principal }) => imports.putRecords({ kind, records: body, principal }),
  )
}
