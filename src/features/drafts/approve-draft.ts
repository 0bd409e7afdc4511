import type { Draft } from '#contract/drafts.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { DraftNote, DraftsNeeds } from './drafts-needs.ts'
import { decideDraft, findDraft, type DraftRow } from './drafts-store.ts'
import { lockUndecided } from './edit-draft.ts'
import { NO_MAIL_SERVER, presentDraft } from './present-draft.ts'
import { DRAFT_SEND } from './send-draft.ts'

interface Approval {
  readonly id: string
  /** `outside`: the member sent it with their own mail program. */
  readonly how: 'deliver' | 'outside'
}

/**
 * Lets a draft go: an e-mail is handed to the sending job, a record update is written, each in the transaction that marks
 * the draft. Throws NOT_FOUND, and CONFLICT when it is decided already, cannot be delivered from here, or the record moved on.
 */
export async function approveDraft(needs: DraftsNeeds, principal: Principal, approval: Approval): Promise<Draft> {
  const { id, how } = approval
  const draft = await needs.database.inTransaction(async (handle) => {
    const found = await lockUndecided(handle, principal, id)
    await (found.kind === 'email'
      ? letMailGo(needs, handle, { draft: found, how })
      : applyUpdate(needs, handle, { draft: found, principal, how }))
    return findDraft(handle, principal.memberId, id)
  })
  if (draft === undefined) throw new SophiaError('NOT_FOUND')
  if (draft.kind === 'record_update' && draft.aboutId !== null) needs.onDealChanged?.(draft.aboutId)
  await needs.onAudit?.(noteOf(principal, draft, { action: 'draft.approve', how }))
  return presentDraft(needs, draft)
}

async function letMailGo(
  needs: DraftsNeeds,
  handle: Handle,
  { draft, how }: { draft: DraftRow; how: Approval['how'] },
): Promise<void> {
  const now = needs.clock.now()
  if (how === 'outside') return decideDraft(handle, draft.id, { status: 'sent', how, now })
  if (needs.mailer === null) throw new SophiaError('CONFLICT', { detail: NO_MAIL_SERVER })
  const missing = [
    ...(draft.recipients.length === 0 ? ['a recipient'] : []),
    ...(draft.subject.trim() === '' ? ['a subject'] : []),
    ...(draft.body.trim() === '' ? ['a text'] : []),
  ]
  if (missing.length > 0)
    throw new SophiaError('CONFLICT', { detail: `It needs ${missing.join(' and ')} before it can leave.` })
  await decideDraft(handle, draft.id, { status: 'approved', how, now })
  await needs.jobs.send(DRAFT_SEND, { draftId: draft.id }, { key: draft.id, handle })
}

async function applyUpdate(
  needs: DraftsNeeds,
  handle: Handle,
  { draft, principal, how }: { draft: DraftRow; principal: Principal; how: Approval['how'] },
): Promise<void> {
  if (draft.aboutKind !== 'deal' || draft.aboutId === null || draft.changes.length === 0) {
    throw new SophiaError('CONFLICT', { detail: 'This update changes nothing. Discard it.' })
  }
  // Done by hand in the CRM: then there is nothing to write, only to note.
  if (how === 'deliver')
    await needs.applyDealUpdate(principal, { handle, dealId: draft.aboutId, changes: draft.changes })
  await decideDraft(handle, draft.id, { status: 'applied', how, now: needs.clock.now() })
}

/** Puts a draft aside; nothing leaves. Throws NOT_FOUND, and CONFLICT when it is decided already. */
export async function discardDraft(needs: DraftsNeeds, principal: Principal, id: string): Promise<Draft> {
  const draft = await needs.database.inTransaction(async (handle) => {
    await lockUndecided(handle, principal, id)
    await decideDraft(handle, id, { status: 'discarded', now: needs.clock.now() })
    return findDraft(handle, principal.memberId, id)
  })
  if (draft === undefined) throw new SophiaError('NOT_FOUND')
  await needs.onAudit?.(noteOf(principal, draft, { action: 'draft.discard' }))
  return presentDraft(needs, draft)
}

/** Who let what go, without its words. */
function noteOf(
  principal: Principal,
  draft: DraftRow,
  { action, how }: { action: DraftNote['action']; how?: Approval['how'] },
): DraftNote {
  const detail = {
    kind: draft.kind,
    aboutKind: draft.aboutKind,
    aboutId: draft.aboutId,
    recipients: draft.recipients.length,
    fields: draft.changes.map(({ field }) => field),
    ...(how === undefined ? {} : { how }),
  }
  return { principal, action, targetKind: 'draft', targetId: draft.id, detail }
}
