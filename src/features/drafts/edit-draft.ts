import type { z } from 'zod'
import type { Draft, DraftChange, FieldChange } from '#contract/drafts.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { DraftsNeeds } from './drafts-needs.ts'
import { lockDraft, saveDraftText, type DraftRow } from './drafts-store.ts'
import { presentDraft } from './present-draft.ts'

/** Changes the words of a draft that has not left. Throws NOT_FOUND, CONFLICT once it is decided, INVALID_INPUT. */
export function editDraft(
  needs: DraftsNeeds,
  principal: Principal,
  { id, change }: { readonly id: string; readonly change: z.infer<typeof DraftChange> },
): Promise<Draft> {
  return needs.database.inTransaction(async (handle) => {
    const draft = await lockUndecided(handle, principal, id)
    refuseForeignParts(draft, change)
    const next = {
      ...draft,
      recipients: change.to ?? draft.recipients,
      subject: change.subject ?? draft.subject,
      body: change.body ?? draft.body,
      changes: change.changes === undefined ? draft.changes : changedFields(draft, change.changes),
      updatedAt: needs.clock.now(),
    }
    await saveDraftText(handle, id, { ...next, now: next.updatedAt })
    return presentDraft(needs, next)
  })
}

/** The member's draft while it may still be changed or decided. */
export async function lockUndecided(handle: Handle, principal: Principal, id: string): Promise<DraftRow> {
  const draft = await lockDraft(handle, principal.memberId, id)
  if (draft === undefined) throw new SophiaError('NOT_FOUND')
  if (draft.status === 'draft' || draft.status === 'failed') return draft
  const state = draft.status === 'approved' ? 'approved and on its way' : draft.status
  throw new SophiaError('CONFLICT', { detail: `This draft is ${state}; it can no longer be changed or decided on.` })
}

function refuseForeignParts({ kind }: DraftRow, change: z.infer<typeof DraftChange>): void {
  const isMail = kind === 'email'
  const foreign = isMail
    ? change.changes !== undefined
    : [change.to, change.subject, change.body].some((part) => part !== undefined)
  if (!foreign) return
  const detail = isMail
    ? 'An e-mail has no record fields to change.'
    : 'A record update has fields only: no recipients, subject or text.'
  throw new SophiaError('INVALID_INPUT', { detail })
}

/** The proposed fields with other values, or fewer of them; a field that was not proposed cannot slip in. */
function changedFields(
  { changes }: DraftRow,
  wanted: readonly Pick<z.infer<typeof FieldChange>, 'field' | 'to'>[],
): z.infer<typeof FieldChange>[] {
  const unknown = wanted.find(({ field }) => !changes.some((one) => one.field === field))
  if (unknown || new Set(wanted.map(({ field }) => field)).size !== wanted.length) {
    const message = 'Name each proposed field once; others cannot be added.'
    throw new SophiaError('INVALID_INPUT', { detail: message, faults: [{ path: 'changes', message }] })
  }
  return changes.flatMap((one) => {
    const found = wanted.find(({ field }) => field === one.field)
    if (found === undefined) return []
    const text = found.to?.trim() ?? ''
    return [{ ...one, to: text === '' ? null : text }]
  })
}
