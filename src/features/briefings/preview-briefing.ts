import type { z } from 'zod'
import type { BriefingPreview } from '#contract/briefings.ts'
import { renderMarkdown } from '#domain/briefing/render-briefing.ts'
import type { Principal } from '#domain/permission.ts'
import type { BriefingNeeds } from './briefing-needs.ts'
import { findSettings } from './settings-store.ts'
import { subjectOf } from './subject-of.ts'

/** What a briefing would say now. Stores and sends nothing. */
export async function previewBriefing(
  needs: BriefingNeeds,
  principal: Principal,
): Promise<z.infer<typeof BriefingPreview>> {
  const stored = await needs.database.read((handle) => findSettings(handle, principal.memberId))
  const cadence = stored?.cadence === 'weekly' ? 'weekly' : 'daily'
  const content = await needs.composeBriefing(principal, cadence)
  return { subject: subjectOf(cadence, content.asOf), markdown: renderMarkdown(content) }
}
