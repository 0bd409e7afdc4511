import type { BriefingSettings } from '#contract/briefings.ts'
import type { Principal } from '#domain/permission.ts'
import type { BriefingNeeds } from './briefing-needs.ts'
import { presentSettings, standardSettings } from './present-settings.ts'
import { findSettings } from './settings-store.ts'

/** The member's own; off for whoever never said anything. */
export async function getSettings(needs: BriefingNeeds, { memberId }: Principal): Promise<BriefingSettings> {
  const stored = await needs.database.read((handle) => findSettings(handle, memberId))
  return presentSettings(needs, stored ?? standardSettings(memberId))
}
