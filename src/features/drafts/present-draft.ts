import type { Draft } from '#contract/drafts.ts'
import type { DraftsNeeds } from './drafts-needs.ts'
import type { DraftRow } from './drafts-store.ts'

export const NO_MAIL_SERVER =
  'No mail server is set up here (SMTP_URL). Send it with your own mail program, then mark it as sent.'

/** A draft as the contract shows it. */
export function presentDraft({ mailer }: Pick<DraftsNeeds, 'mailer'>, row: DraftRow): Draft {
  const { id, kind, status, persona, subject, body, changes, sources, notes, failure } = row
  const reason = kind === 'email' ? whyNot(mailer !== null, row.recipients.length) : null
  return {
    id,
    kind,
    status,
    persona,
    about:
      row.aboutKind === null || row.aboutId === null
        ? null
        : { kind: row.aboutKind, id: row.aboutId, label: row.aboutLabel ?? row.aboutId },
    to: row.recipients,
    subject,
    body,
    changes,
    sources,
    notes,
    delivery: { isPossible: reason === null, reason },
    failure,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    sentAt: row.sentAt?.toISOString() ?? null,
  }
}

function whyNot(hasMailer: boolean, recipients: number): string | null {
  if (!hasMailer) return NO_MAIL_SERVER
  return recipients === 0 ? 'It has no recipient yet.' : null
}
