import { SophiaError } from '#domain/errors.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { isCallFile } from './call-source.ts'
import type { ImportRequest } from './imports-needs.ts'
import { deleteSample, findSample, lockSample } from './sample-store.ts'

/**
 * Own data and the sample company do not mix: refuses with SAMPLE_LOADED unless asked to replace it. A recording of a call
 * may be tried on the sample; it belongs to it then and goes with it.
 */
export async function clearWayForOwnData(handle: Handle, request: ImportRequest): Promise<void> {
  if (request.isDryRun) return
  await lockSample(handle)
  if (!(await findSample(handle))) return
  if (!request.replacesSample && isCallFile(request)) return
  if (!request.replacesSample) throw new SophiaError('SAMPLE_LOADED')
  await deleteSample(handle)
}
