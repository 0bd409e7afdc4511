import { SophiaError } from '#domain/errors.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import type { Database } from '../postgres/database.ts'
import { foldMarks, markKinds, readMarks } from './data-epochs-store.ts'

/** What changes together, as the triggers of the schema name it. */
export type DataKind = 'records' | 'standings' | 'memories' | 'drafts' | 'people'

/** What skills and pages over the company's records rest on. */
export const RECORD_KINDS: readonly DataKind[] = ['records', 'standings', 'memories', 'drafts', 'people']

const DATA_TAG = 'data:'

/**
 * The kinds that tags such as `data:records` name; what is kept under the epoch of one carries its tag by that. Throws INVALID_INPUT for
 * one that names no kind.
 */
export function kindsOfTags(tags: readonly string[]): DataKind[] {
  const known = RECORD_KINDS.map((kind) => `${DATA_TAG}${kind}`)
  const unknown = tags.find((tag) => tag.startsWith(DATA_TAG) && !known.includes(tag))
  if (unknown !== undefined)
    throw new SophiaError('INVALID_INPUT', {
      detail: `There is no tag ${unknown}; of data there are ${known.join(', ')}.`,
    })
  return RECORD_KINDS.filter((kind) => tags.includes(`${DATA_TAG}${kind}`))
}

/** How far the data of each kind has come, exact in every process: what was committed before the question is in the answer. */
export interface Epochs {
  /** A text that is another after each committed change of one of the kinds. Read it before what is kept under it. */
  of(kinds: readonly DataKind[]): Promise<string>
  /** Ends all that is kept under these kinds, in every process, as a change of their data would. Rejects when the database is away. */
  move(kinds: readonly DataKind[]): Promise<void>
  /** Counts old marks together; reading stays cheap by it. */
  fold(): Promise<void>
}

/** So many marks are counted in well under a millisecond; beyond, a reader has them folded beside it. */
const MOST_WAITING = 1000

type Marks = ReadonlyMap<string, string>

export function createEpochs({ database }: { readonly database: Database }): Epochs {
  let folding: Promise<void> | undefined
  const fold = (): Promise<void> => {
    folding ??= database
      .inTransaction(foldMarks)
      .then(() => undefined)
      .finally(() => (folding = undefined))
    return folding
  }
  /** A reading that has begun may have missed what the asker knows of: all who come meanwhile share the one after it. */
  const read = oneAtATime(async (): Promise<Marks> => {
    const rows = await database.read(readMarks)
    // Only room is lost when it fails, and the next reader tries again.
    if (rows.some(({ waiting }) => waiting > MOST_WAITING)) fold().catch(() => undefined)
    return new Map(rows.map(({ kind, mark }) => [kind, mark]))
  })
  return {
    async of(kinds) {
      const marks = await read()
      return kinds.map((kind) => marks.get(kind) ?? '0').join(' ')
    },
    move: (kinds) => database.inTransaction((handle) => markKinds(handle, kinds)),
    fold,
  }
}
