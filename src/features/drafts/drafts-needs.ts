import type { Clock } from '#domain/clock.ts'
import type { FieldChange, FollowUpFacts } from '#domain/draft/follow-up.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'
import type { Log } from '#platform/log/log.ts'
import type { Mailer } from '#platform/mail/mailer.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'

export interface DraftsNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly jobs: Pick<Jobs, 'define' | 'send' | 'sendAgain'>
  /** Null: SMTP_URL is not set, so nothing can leave from here. */
  readonly mailer: Mailer | null
  /** Where people reach this deployment; its host stands in the ids of mails. */
  readonly publicUrl: string
  /** What a follow-up of a deal may rest on, as far as the principal sees it. */
  readonly findFollowUpFacts: (
    principal: Principal,
    asked: { readonly about: string; readonly call?: string | undefined },
  ) => Promise<
    | { readonly kind: 'found'; readonly facts: FollowUpFacts }
    | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>
  >
  /** Writes approved changes onto a deal in the given transaction; CONFLICT when a field was changed meanwhile. */
  readonly applyDealUpdate: (
    principal: Principal,
    update: { readonly handle: Handle; readonly dealId: string; readonly changes: readonly FieldChange[] },
  ) => Promise<void>
  /** Told after a deal's record was changed. */
  readonly onDealChanged?: (dealId: string) => void
  readonly onAudit?: (note: DraftNote) => Promise<void>
}

export interface DraftNote {
  readonly principal: Principal
  readonly action: 'draft.approve' | 'draft.discard'
  readonly targetKind: 'draft'
  readonly targetId: string
  readonly detail: Readonly<Record<string, unknown>>
}
