import type { z } from 'zod'
import type { Briefing, BriefingChange, BriefingPreview, BriefingSettings } from '#contract/briefings.ts'
import type { PageQuery } from '#contract/common.ts'
import type { Principal } from '#domain/permission.ts'
import { defineJob, type Job } from '#platform/jobs/define-job.ts'
import type { BriefingNeeds } from './briefing-needs.ts'
import { parseDeliveryKey } from './briefings-store.ts'
import { changeSettings } from './change-settings.ts'
import { deliverBriefing, MOST_ATTEMPTS } from './deliver-briefing.ts'
import { getSettings } from './get-settings.ts'
import { listBriefings } from './list-briefings.ts'
import { DELIVERY_JOB, openDueBriefings } from './open-due-briefings.ts'
import { previewBriefing } from './preview-briefing.ts'
import { unsubscribe } from './unsubscribe.ts'

export { composeFromHome } from './compose-from-home.ts'
export type { BriefingNeeds } from './briefing-needs.ts'

/** The door of this room: a member's daily or weekly briefing, sent once per period and channel. Off until they switch it on. */
export interface Briefings {
  getSettings(principal: Principal): Promise<BriefingSettings>
  changeSettings(principal: Principal, change: BriefingChange): Promise<BriefingSettings>
  preview(principal: Principal): Promise<z.infer<typeof BriefingPreview>>
  list(principal: Principal, page: z.infer<typeof PageQuery>): Promise<{ items: Briefing[]; nextCursor: string | null }>
  /** Needs no principal: the token says whose e-mails end. */
  unsubscribe(token: string): Promise<void>
  readonly jobs: readonly Job[]
}

export function createBriefings(needs: BriefingNeeds): Briefings {
  return {
    getSettings: (principal) => getSettings(needs, principal),
    changeSettings: (principal, change) => changeSettings(needs, principal, change),
    preview: (principal) => previewBriefing(needs, principal),
    list: (principal, page) => listBriefings(needs, principal, page),
    unsubscribe: (token) => unsubscribe(needs, token),
    jobs: [
      defineJob({
        name: 'briefing-tick',
        cron: '*/5 * * * *',
        isSingle: true,
        // The next tick is five minutes away and takes up what this one left.
        retries: 1,
        parse: () => undefined,
        run: (_nothing, signal) => openDueBriefings(needs, signal),
      }),
      defineJob({
        name: DELIVERY_JOB,
        // A minute at first, then up to an hour: a greylisting server wants a quarter of one.
        retries: MOST_ATTEMPTS - 1,
        firstRetrySeconds: 60,
        limitSeconds: 120,
        parse: parseDeliveryKey,
        run: (key, signal) => deliverBriefing(needs, key, signal),
      }),
    ],
  }
}
