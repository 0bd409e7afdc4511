import { z } from 'zod'
import { Instant, PageQuery, Uuid, pageOf } from './common.ts'

const Channel = z.strictObject({ isOn: z.boolean(), isConfigured: z.boolean(), reason: z.string().nullable() })

/** `GET/PUT /api/briefing`: whether, when and where a member is briefed. Off until they switch it on. */
export const BriefingSettings = z.strictObject({
  cadence: z.enum(['off', 'daily', 'weekly']),
  /** 1 is Monday; of a weekly one. */
  weekday: z.int().min(1).max(7),
  /** In the member's time zone. */
  hour: z.int().min(0).max(23),
  timeZone: z.string(),
  persona: z.string(),
  email: Channel,
  webhook: Channel,
  nextAt: Instant.nullable(),
})
export type BriefingSettings = z.infer<typeof BriefingSettings>
export const BriefingChange = z.strictObject({
  cadence: BriefingSettings.shape.cadence,
  weekday: BriefingSettings.shape.weekday.default(1),
  hour: BriefingSettings.shape.hour.default(8),
  timeZone: z.string().max(100).default('UTC'),
  persona: z.string().max(100).default('marcus'),
  email: z.boolean().default(false),
  webhook: z.boolean().default(false),
})
export type BriefingChange = z.infer<typeof BriefingChange>

/** One briefing of a member, on its way or there. */
export const Briefing = z.strictObject({
  id: Uuid,
  /** `2026-11-23` or `2026-W48`. */
  period: z.string(),
  /** Null until it was put together. */
  subject: z.string().nullable(),
  conversationId: Uuid.nullable(),
  deliveries: z.array(
    z.strictObject({
      channel: z.enum(['conversation', 'email', 'webhook']),
      /** `skipped`: switched off or not permitted any more when its time came. `unknown`: it may have been sent. */
      status: z.enum(['waiting', 'sending', 'sent', 'failed', 'skipped', 'unknown']),
      attempts: z.int(),
      detail: z.string().nullable(),
      sentAt: Instant.nullable(),
    }),
  ),
  createdAt: Instant,
})
export type Briefing = z.infer<typeof Briefing>
export const BriefingPage = pageOf(Briefing)
export const BriefingQuery = PageQuery
export const BriefingPreview = z.strictObject({ subject: z.string(), markdown: z.string() })
/** `POST /api/briefings/unsubscribe?token=`, public: one click in an e-mail ends it. */
export const UnsubscribeQuery = z.strictObject({ token: z.string().min(20).max(200) })
