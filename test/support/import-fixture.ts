import { Readable } from 'node:stream'
import pino from 'pino'
import type { ImportReport } from '#contract/records.ts'
import type { Principal } from '#domain/permission.ts'
import { createImports, type ImportRequest } from '#features/imports/index.ts'
import type { Database } from '#platform/postgres/database.ts'
import { createManualClock } from './manual-clock.ts'

/** Someone who may import and load the sample. */
export const importer: Principal = {
  memberId: '00000000-0000-7000-8000-000000000001',
  email: 'owner@example.com',
  name: 'Owner',
  role: 'owner',
  rowScope: 'all',
  visible: { kind: 'all' },
  teamId: null,
  repId: null,
  credential: { kind: 'local', id: 'test' },
  allowedActions: null,
}

export function createTestImports(database: Database) {
  const clock = createManualClock()
  const imports = createImports({ database, clock, log: pino({ level: 'silent' }) })
  const importText = (
    kind: ImportRequest['kind'],
    text: string | Buffer,
    request: Partial<ImportRequest> = {},
  ): Promise<ImportReport> =>
    imports.runImport({
      stream: Readable.from([Buffer.from(text)]),
      request: requestOf(kind, request),
      principal: importer,
    })
  return { imports, importText, clock }
}

export function requestOf(kind: ImportRequest['kind'], request: Partial<ImportRequest> = {}): ImportRequest {
  return { kind, fileName: `${kind}.csv`, isAtomic: false, isDryRun: false, replacesSample: false, ...request }
}
