import { isFullDue } from './pace.ts'

/** How far one read of a sync is. */
export interface Cursor {
  readonly readName: string
  /** Of the pass that is open, or the last one. */
  readonly pass: number
  readonly isOpen: boolean
  /** It reads everything. */
  readonly isFull: boolean
  readonly since: Date | null
  readonly after: string | null
  readonly beganAt: Date | null
  /** From when on changes are asked for by the pass after it. */
  readonly nextSince: Date | null
  /** When a whole pass was last over. */
  readonly fullAt: Date | null
}

interface Wish {
  readonly readName: string
  /** The CRM can be asked for changes only. */
  readonly isIncremental: boolean
  /** Somebody wants everything read, whatever was read lately. */
  readonly wantsFull: boolean
  readonly isDryRun: boolean
  /** When the run was asked for. */
  readonly askedAt: Date
  readonly now: Date
  readonly overlapSeconds: number
}

/**
 * The pass that a run works on: the one that was left open, or a new one. A dry run begins anew. A whole run that broke off
 * does not read again what it had been through. Changes are counted from the beginning of the pass before, less an overlap:
 * clocks differ, and what changes behind the reading is met by the next pass.
 */
export function nextPass(found: Cursor | undefined, wish: Wish): Cursor {
  const isFull = isWhole(found, wish)
  // An open pass over the changes does not do for a run that wants everything.
  if (found?.isOpen === true && !wish.isDryRun && (found.isFull || !isFull)) return found
  const known = { pass: 0, nextSince: null, fullAt: null, ...found }
  return {
    readName: wish.readName,
    pass: known.pass + 1,
    isOpen: true,
    isFull,
    since: isFull ? null : known.nextSince,
    after: null,
    beganAt: wish.now,
    nextSince: new Date(wish.now.getTime() - wish.overlapSeconds * 1000),
    fullAt: known.fullAt,
  }
}

function isWhole(found: Cursor | undefined, { isIncremental, wantsFull, askedAt }: Wish): boolean {
  if (!isIncremental || !found || found.nextSince === null || found.fullAt === null) return true
  return wantsFull ? found.fullAt < askedAt : isFullDue(found.fullAt, askedAt)
}
