import type { BriefingSettings } from '#contract/briefings.ts'
import type { BriefingNeeds } from './briefing-needs.ts'
import type { StoredSettings } from './settings-store.ts'

const NO_MAIL = 'This deployment sends no mail: its operator has not set SMTP_URL.'
const NO_WEBHOOK = 'This deployment has no webhook: its operator has not set SOPHIA_NOTIFY_WEBHOOK.'

/** What holds for whoever never said anything: nothing. */
export function standardSettings(memberId: string): StoredSettings {
  return {
    memberId,
    cadence: 'off',
    weekday: 1,
    hour: 8,
    timeZone: 'UTC',
    persona: 'marcus',
    byEmail: false,
    byWebhook: false,
    nextAt: null,
  }
}

export function presentSettings({ mailer, webhook }: BriefingNeeds, stored: StoredSettings): BriefingSettings {
  const { cadence, weekday, hour, timeZone, persona, byEmail, byWebhook, nextAt } = stored
  return {
    cadence,
    weekday,
    hour,
    timeZone,
    persona,
    email: { isOn: byEmail, isConfigured: mailer !== null, reason: mailer === null ? NO_MAIL : null },
    webhook: { isOn: byWebhook, isConfigured: webhook !== null, reason: webhook === null ? NO_WEBHOOK : null },
    nextAt: nextAt?.toISOString() ?? null,
  }
}
