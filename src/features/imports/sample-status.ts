import type { z } from 'zod'
import type { SampleStatus } from '#contract/records.ts'
import type { ImportsNeeds } from './imports-needs.ts'
import { countSample, findSample } from './sample-store.ts'

export type SampleState = z.infer<typeof SampleStatus>

/** Whether the sample company is loaded, for which day, and how many rows of each kind are there now. */
export async function sampleStatus(needs: ImportsNeeds): Promise<SampleState> {
  return needs.database.read(async (handle) => {
    const found = await findSample(handle)
    if (!found) return { isLoaded: false, asOf: null, counts: {} }
    return { isLoaded: true, asOf: found.asOf, counts: await countSample(handle) }
  })
}
