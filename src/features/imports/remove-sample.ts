import type { Principal } from '#domain/permission.ts'
import { requireSampleManager } from './import-rules.ts'
import type { ImportsNeeds } from './imports-needs.ts'
import { sampleStatus, type SampleState } from './sample-status.ts'
import { deleteSample, findSample, lockSample } from './sample-store.ts'

/** Takes the sample company out again; without one there is nothing to do. */
export async function removeSample(needs: ImportsNeeds, principal: Principal): Promise<SampleState> {
  requireSampleManager(principal)
  await needs.database.inTransaction(
    async (handle) => {
      await lockSample(handle)
      if (await findSample(handle)) await deleteSample(handle)
    },
    { mayTakeLong: true },
  )
  return sampleStatus(needs)
}
