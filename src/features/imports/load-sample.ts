import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import { requireSampleManager } from './import-rules.ts'
import type { ImportsNeeds } from './imports-needs.ts'
import { deleteSample, findSample, hasOwnData, insertSample, lockSample } from './sample-store.ts'
import { sampleStatus, type SampleState } from './sample-status.ts'

/**
 * Loads the sample company with its dates counted back from today, in one transaction. Loading it again brings the dates
 * up to today. Throws DATA_PRESENT when there are records of one's own.
 */
export async function loadSample(needs: ImportsNeeds, principal: Principal): Promise<SampleState> {
  requireSampleManager(principal)
  const today = dayOf(needs.clock.now())
  const company = createSampleCompany({ today })
  await needs.database.inTransaction(
    async (handle) => {
      await lockSample(handle)
      if (await findSample(handle)) await deleteSample(handle)
      if (await hasOwnData(handle)) throw new SophiaError('DATA_PRESENT')
      await insertSample(handle, company, today)
    },
    { mayTakeLong: true },
  )
  return sampleStatus(needs)
}
