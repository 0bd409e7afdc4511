import type { BriefingContent } from '#domain/briefing/content.ts'
import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'
import type { Log } from '#platform/log/log.ts'
import type { Mailer } from '#platform/mail/mailer.ts'
import type { Webhook } from '#platform/notify/create-webhook.ts'
import type { Database } from '#platform/postgres/database.ts'

export interface BriefingPost {
  /** Of the conversation that is made; the same id again makes nothing. */
  readonly id: string
  readonly memberId: string
  readonly persona: string
  readonly title: string
  readonly markdown: string
}

export interface BriefingNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly jobs: Pick<Jobs, 'send'>
  /** null: SMTP_URL is not set. */
  readonly mailer: Pick<Mailer, 'send'> | null
  /** null: SOPHIA_NOTIFY_WEBHOOK is not set. */
  readonly webhook: Pick<Webhook, 'post'> | null
  /** Where people reach this deployment, without a slash at its end. */
  readonly publicUrl: string
  /** The member as they are now; null when they may no longer act. */
  readonly principalOf: (memberId: string) => Promise<Principal | null>
  /** Throws PERSONA_NOT_FOUND. */
  readonly getPersona: (id: string) => Promise<unknown>
  /** What this principal is told, from nothing but what they may see. */
  readonly composeBriefing: (principal: Principal, cadence: 'daily' | 'weekly') => Promise<BriefingContent>
  readonly postBriefing: (post: BriefingPost) => Promise<void>
}

export const CHANNELS = ['conversation', 'email', 'webhook'] as const
export type Channel = (typeof CHANNELS)[number]
