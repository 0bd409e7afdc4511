import { z } from 'zod'
import type { FollowUp, FollowUpFacts, FollowUpFigures } from '#domain/draft/follow-up.ts'
import { writeFollowUp } from '#domain/draft/write-follow-up.ts'
import type { Principal } from '#domain/permission.ts'
import { confidenceFrom, type Coverage, type SkillOutcome } from '#domain/skill.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { DraftsNeeds } from './drafts-needs.ts'
import { findDraftsByKey, insertDraft, type DraftRow } from './drafts-store.ts'

const Named = z.string().trim().min(1).max(300)
export const DraftFollowUpInput = z.strictObject({
  about: Named.describe('The deal: its id, its name, or words of its name or client.'),
  call: Named.optional().describe("The call it follows, by id or title; without it the deal's latest."),
  note: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .optional()
    .describe("A sentence of the member's own that the e-mail shall hold."),
})

interface Request {
  readonly principal: Principal
  readonly input: z.infer<typeof DraftFollowUpInput>
  readonly idempotencyKey: string | undefined
}

/**
 * Writes an e-mail and a record update about a deal and keeps both as drafts of the member, in one transaction. A repeated
 * call with the same key gives the drafts it wrote before, as they stand now. Nothing is sent.
 */
export async function draftFollowUp(needs: DraftsNeeds, request: Request): Promise<SkillOutcome<FollowUpFigures>> {
  const { principal, input } = request
  const found = await needs.findFollowUpFacts(principal, { about: input.about, call: input.call })
  if (found.kind !== 'found') return found
  const written = writeFollowUp(found.facts, { name: principal.name, note: input.note ?? null })
  const stored = await storeDrafts(needs, request, { facts: found.facts, written })
  return { kind: 'result', result: describe(found.facts, written, stored) }
}

interface StoredDrafts {
  readonly email: DraftRow
  readonly update: DraftRow | null
}

async function storeDrafts(
  needs: DraftsNeeds,
  { principal, idempotencyKey }: Request,
  { facts, written }: { facts: FollowUpFacts; written: FollowUp },
): Promise<StoredDrafts> {
  const now = needs.clock.now()
  // A key counts for its member only.
  const keyOf = (part: string): string | null =>
    idempotencyKey === undefined ? null : `${principal.memberId}:${idempotencyKey}:${part}`
  const shared = {
    memberId: principal.memberId,
    persona: 'marcus',
    about: { kind: 'deal', id: facts.deal.id, label: facts.deal.name },
    sources: written.sources,
    now,
  }
  return needs.database.inTransaction(async (handle) => {
    const earlier = await findDraftsByKey(
      handle,
      principal.memberId,
      ['email', 'update'].flatMap((part) => keyOf(part) ?? []),
    )
    const known = earlier.find((draft) => draft.kind === 'email')
    if (known) return { email: known, update: earlier.find((draft) => draft.kind === 'record_update') ?? null }
    const { to, subject, body, changes, notes } = written
    const email = await insertDraft(handle, {
      ...shared,
      id: createId(now.getTime()),
      kind: 'email',
      recipients: to,
      subject,
      body,
      changes: [],
      notes,
      idempotencyKey: keyOf('email'),
    })
    if (email === undefined) throw new Error('a draft that was just stored is not there')
    if (changes.length === 0) return { email, update: null }
    const update = await insertDraft(handle, {
      ...shared,
      id: createId(now.getTime()),
      kind: 'record_update',
      recipients: [],
      subject: '',
      body: '',
      changes,
      notes: [],
      idempotencyKey: keyOf('update'),
    })
    return { email, update: update ?? null }
  })
}

function describe(facts: FollowUpFacts, written: FollowUp, { email, update }: StoredDrafts) {
  const coverage = coverageOf(facts, written)
  const { deal, review } = facts
  const basis = review === null ? '' : ` after the call of ${review.call.onDay}`
  return {
    skill: 'draft-follow-up',
    asOf: facts.asOf,
    headline: `Drafted for ${deal.name}${basis}: an e-mail${update === null ? '' : ` and a record update of ${update.changes.length} field${update.changes.length === 1 ? '' : 's'}`}. Nothing was sent or changed.`,
    coverage,
    confidence: confidenceFrom(coverage, { rows: review?.call.lines ?? (facts.activity === null ? 0 : 1), enough: 12 }),
    caveats: written.notes,
    evidence: written.sources,
    nextStep: { text: 'Open the drafts, change what you like, then approve or discard them.' },
    figures: {
      deal: { id: deal.id, name: deal.name },
      email: { draftId: email.id, to: email.recipients, subject: email.subject, body: email.body },
      update: update === null ? null : { draftId: update.id, changes: update.changes },
      notes: written.notes,
      open: [`/drafts/${email.id}`, ...(update === null ? [] : [`/drafts/${update.id}`])],
    },
  }
}

function coverageOf({ review, contacts }: FollowUpFacts, written: FollowUp): Coverage {
  const inputs = [
    {
      input: 'a call with a transcript',
      has: review !== null,
      remedy: 'Import the call: sophia import transcripts FILE --deal NAME.',
    },
    { input: 'contacts of the client', has: contacts.length > 0, remedy: 'Import the contacts of the client.' },
    { input: 'a recipient with an address', has: written.to.length > 0, remedy: 'Add who it goes to in the draft.' },
    {
      input: 'commitments heard',
      has: (review?.commitments.length ?? 0) > 0,
      remedy: 'Write what was agreed into the draft; none was recognised.',
    },
  ]
  return {
    present: inputs.flatMap(({ input, has }) => (has ? [input] : [])),
    missing: inputs.flatMap(({ input, has, remedy }) => (has ? [] : [{ input, remedy }])),
  }
}
