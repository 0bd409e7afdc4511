import type { CallCommitment } from '#domain/call/call-review.ts'
import { findCommitments } from '#domain/call/find-commitments.ts'
import { hearCall, sentencesOf } from '#domain/call/heard-lines.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { holdRecords } from '#platform/postgres/records-lock.ts'
import { listCallFacts, type StoredCallFacts } from './calls-store.ts'
import { deleteOrphans, replaceCommitments, type NewCommitment } from './commitments-store.ts'

const BATCH_CALLS = 50

export interface ReadCallsNeeds {
  readonly database: Database
  /** Told which calls were read, so that others may read them too. */
  readonly onCallsRead?: (ids: readonly string[]) => Promise<unknown>
}

/**
 * Reads the commitments out of calls (of all, or of those ids) and stores them; answers how many those calls hold. Reading
 * the same calls again changes nothing, and a commitment that a person marked done stays so.
 */
export async function readCalls(
  needs: ReadCallsNeeds,
  ids?: readonly string[],
): Promise<{ calls: number; commitments: number }> {
  const counts = { calls: 0, commitments: 0 }
  let after = ''
  while (true) {
    const page = { ids: ids ?? null, after, limit: BATCH_CALLS }
    // Batches follow one another, so that a long archive holds one connection for a moment at a time.
    // oxlint-disable-next-line no-await-in-loop
    const batch = await needs.database.inTransaction(async (handle) => {
      await holdRecords(handle)
      const calls = await listCallFacts(handle, page)
      const found = calls.flatMap((call) => commitmentsOf(call))
      counts.commitments += await replaceCommitments(
        handle,
        calls.map((call) => call.id),
        found,
      )
      return calls
    })
    counts.calls += batch.length
    // oxlint-disable-next-line no-await-in-loop
    await needs.onCallsRead?.(batch.map((call) => call.id))
    const last = batch.at(-1)
    if (last === undefined || batch.length < BATCH_CALLS) break
    after = last.id
  }
  await needs.database.inTransaction(deleteOrphans)
  return counts
}

function commitmentsOf(call: StoredCallFacts): NewCommitment[] {
  const heard = findCommitments(sentencesOf(hearCall(call)), call.onDay)
  const seen = new Map<string, number>()
  return heard.map((commitment) => {
    const words = `${commitment.speaker ?? ''}\n${commitment.text.toLowerCase()}`
    const n = (seen.get(words) ?? 0) + 1
    seen.set(words, n)
    return toRow(call, commitment, contentHash(`${call.id}\n${words}\n${n}`).slice(0, 32))
  })
}

function toRow(call: StoredCallFacts, commitment: CallCommitment, id: string): NewCommitment {
  return {
    id,
    transcriptId: call.id,
    dealId: call.dealId,
    clientId: call.clientId,
    repId: call.repId,
    side: commitment.side,
    speaker: commitment.speaker,
    text: commitment.what,
    quote: commitment.text,
    line: commitment.line,
    saidOn: call.onDay,
    dueOn: commitment.dueOn,
  }
}
