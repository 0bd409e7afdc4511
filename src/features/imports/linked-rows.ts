import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { ImportKind, ReferenceKind } from '#domain/import/import-kind.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { settleTables } from './announce.ts'
import type { ImportsNeeds } from './imports-needs.ts'
import { findDataDay } from './imports-store.ts'
import { deleteRows, movePointers, type LinkedRows } from './linked-rows-store.ts'
import { lockKind, upsertRows } from './records-store.ts'
import { findSample, lockSample } from './sample-store.ts'

/**
 * Rows that are kept in step with another system, written in the transaction of whoever keeps them: by the same statement
 * as files, so with the same history. They speak for today, and never mix with the sample company.
 */
export function createLinkedRows(needs: ImportsNeeds) {
  const today = () => dayOf(needs.clock.now())
  return {
    /** Throws SAMPLE_LOADED, or CONFLICT when records of a kind speak for another day. Says what to do. */
    async requireRoom(handle: Handle, kinds: readonly ImportKind[]): Promise<void> {
      await lockSample(handle)
      if (await findSample(handle))
        throw new SophiaError('SAMPLE_LOADED', {
          detail:
            'The sample company is loaded, and own data and sample do not mix. Remove it under Import (or with "sophia sample remove"), then run the sync again.',
        })
      for (const kind of kinds) {
        const day = await findDataDay(handle, kind)
        if (day !== null)
          throw new SophiaError('CONFLICT', {
            detail: `The ${kind} here speak for ${day}, as an imported file said; a CRM speaks for today, and the two do not mix. Import ${kind} once more without --as-of, or keep the CRM in a Sophia of its own.`,
          })
      }
    },
    async put(handle: Handle, { kind, written, rows, source }: Omit<LinkedRows, 'asOf'>) {
      await lockKind(handle, kind)
      return upsertRows(handle, { definition: KIND_DEFINITIONS[kind], written, rows, source, asOf: today() })
    },
    async remove(
      handle: Handle,
      removal: { readonly kind: ImportKind; readonly ids: readonly string[]; readonly source: string },
    ) {
      await lockKind(handle, removal.kind)
      return deleteRows(handle, { ...removal, asOf: today() })
    },
    /** The row `from` lives on in `to`: what named the one names the other. Answers what was moved. */
    async merge(
      handle: Handle,
      merge: { readonly kind: ReferenceKind; readonly from: string; readonly to: string; readonly source: string },
    ) {
      const { kind, from, to, source } = merge
      await lockKind(handle, kind)
      const moved = await movePointers(handle, { target: kind, from, to, source, asOf: today() })
      await deleteRows(handle, { kind, ids: [from], source, asOf: today(), into: to })
      return moved
    },
    /** After the last page: what rests on the records catches up. */
    async announce({ rows, hasReps }: { readonly rows: number; readonly hasReps: boolean }): Promise<void> {
      if (rows === 0) return
      await settleTables(needs, rows)
      await needs.onRecordsChanged?.({ isSample: false })
      if (hasReps) await needs.onRepsChanged?.()
    },
  }
}
