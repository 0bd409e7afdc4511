import type { Readable } from 'node:stream'
import type { Principal } from '#domain/permission.ts'
import { announceImport, announceSample } from './announce.ts'
import { failInterrupted } from './fail-interrupted.ts'
import { getImport } from './get-import.ts'
import type { ImportCall, ImportsNeeds } from './imports-needs.ts'
import { createLinkedRows } from './linked-rows.ts'
import { listFaults } from './list-faults.ts'
import { listImports } from './list-imports.ts'
import { loadSample } from './load-sample.ts'
import { previewImport } from './preview-import.ts'
import { putRecords, type JsonRecord } from './put-records.ts'
import { removeSample } from './remove-sample.ts'
import { runImport } from './run-import.ts'
import { findSample, hasOwnData } from './sample-store.ts'
import { sampleStatus } from './sample-status.ts'

export { STANDARD_INPUT, type ImportCall, type ImportRequest } from './imports-needs.ts'
export type { JsonRecord } from './put-records.ts'
export { previewBytes } from './preview-import.ts'
export type Imports = ReturnType<typeof createImports>

/** Brings the company's records in: files by stream, records by JSON, and the sample company. */
export function createImports(needs: ImportsNeeds) {
  return {
    runImport: async (call: ImportCall & { stream: Readable }) => {
      const report = await runImport(needs, call)
      await announceImport(needs, call.principal, report)
      return report
    },
    putRecords: async (call: {
      kind: ImportCall['request']['kind']
      records: readonly JsonRecord[]
      principal: Principal
    }) => {
      const report = await putRecords(needs, call)
      await announceImport(needs, call.principal, report)
      return report
    },
    previewImport,
    getImport: (id: string, principal: Principal) => getImport(needs, id, principal),
    listImports: (page: { cursor?: string | undefined; limit: number }, principal: Principal) =>
      listImports(needs, page, principal),
    listFaults: (query: { id: string; cursor?: string | undefined; limit: number }, principal: Principal) =>
      listFaults(needs, query, principal),
    loadSample: async (principal: Principal) => {
      const status = await loadSample(needs, principal)
      await announceSample(needs, principal, 'sample.load')
      return status
    },
    removeSample: async (principal: Principal) => {
      const status = await removeSample(needs, principal)
      await announceSample(needs, principal, 'sample.remove')
      return status
    },
    sampleStatus: () => sampleStatus(needs),
    /** Whether there is any company data, and whether it is the sample's. */
    describeCompany: () =>
      needs.database.read(async (handle) => {
        const isSample = (await findSample(handle)) !== undefined
        return { hasData: isSample || (await hasOwnData(handle)), isSample }
      }),
    failInterrupted: () => failInterrupted(needs),
    /** For whoever keeps rows in step with another system. */
    linkedRows: createLinkedRows(needs),
  }
}
