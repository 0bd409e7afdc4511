import { groupBy, type Breach, type Evidence, type HistoryEntry } from './history.ts'

/**
 * A process that cannot tell Redis of a change goes on trying, and until it has, others cannot know. So long its line is bad at most, and
 * then dead without a word until that is seen (2 s and 6 s), then come a new connection, the next try, and the 10 s for which a
 * value is trusted while nobody can be asked.
 */
const TOLD_AFTER_MS = 30_000

type Changed = Extract<HistoryEntry, { type: 'note-changed' }>
type Read = Extract<HistoryEntry, { type: 'note-read' }>

/**
 * I5: whoever reads after a change has the change: the process that made it from the moment on at which it was done, every other soon
 * after. However Redis loses what lies there, what was kept under a tag before it was invalidated is never good again.
 */
export function checkCache({ history }: Evidence): Breach[] {
  const changes = history.filter((entry) => entry.type === 'note-changed')
  const reads = groupBy(
    history.filter((entry) => entry.type === 'note-read'),
    ({ reader }) => String(reader),
  )
  return [...reads].flatMap(([reader, ofReader]) => {
    const own = changes.filter((change) => String(change.reader) === reader)
    return [
      ...tell(
        findStale(ofReader, own, 0),
        `reader ${reader} of the cache was answered`,
        'it had itself changed before',
      ),
      ...tell(
        findStale(ofReader, changes, TOLD_AFTER_MS),
        `reader ${reader} of the cache was answered`,
        `was changed more than ${TOLD_AFTER_MS / 1000} s before`,
      ),
    ]
  })
}

interface Stale {
  readonly read: Read
  readonly wanted: number
}

/** The reads that have less than a change which was done so long before they began. */
function findStale(reads: readonly Read[], changes: readonly Changed[], afterMs: number): Stale[] {
  const known = changes.toSorted((one, other) => one.doneMs - other.doneMs)
  const newest = new Map<number, number>()
  let at = 0
  return reads
    .toSorted((one, other) => one.begunMs - other.begunMs)
    .flatMap((read) => {
      for (let next = known[at]; next && next.doneMs + afterMs <= read.begunMs; next = known[(at += 1)])
        newest.set(next.note, Math.max(next.version, newest.get(next.note) ?? 0))
      const wanted = newest.get(read.note) ?? 0
      return read.version < wanted ? [{ read, wanted }] : []
    })
}

function tell(stale: readonly Stale[], who: string, why: string): Breach[] {
  const [first] = stale
  if (!first) return []
  const { note, version } = first.read
  const what = `${who} ${stale.length} times with what ${why}, first of note ${note} with ${version} instead of ${first.wanted}`
  return [{ invariant: 'I5', what }]
}
