import type { CalendarNow } from '#contract/calendar.ts'
import { lineWords, pathWords, type Fault } from '../state/calendar-faults.ts'
import type { PeriodWindow } from '../state/calendar-bars.ts'
import { holdsWords, nextChangeWords, type Reader } from '../state/calendar-words.ts'
import { plural } from '../state/words.ts'
import { FetchedAddresses } from './calendar-addresses.tsx'
import { WithCode } from './with-code.tsx'

interface VerdictProps {
  now: CalendarNow
  /** What comes; undefined until it is known. */
  windows: readonly PeriodWindow[] | undefined
  reader: Reader
}

/** What holds now in a sentence, and what changes next. */
export function CalendarVerdict({ now, windows, reader }: VerdictProps) {
  const labels = new Map(now.periods.map(({ name, label }) => [name, label]))
  const next = windows ? nextChangeWords(windows, labels, reader) : null
  return (
    <section className="verdict" aria-label="Now">
      <p className="calendar-now">{holdsWords(now.active, reader)}</p>
      <p className="small quiet tabular calendar-next">
        {windows === undefined ? '\u00a0' : next === null ? 'Nothing changes within 30 days.' : `Next: ${next}`}
      </p>
      <FetchedAddresses addresses={now.addresses} reader={reader} />
    </section>
  )
}

/** What is wrong with the file as it stands on disk. */
export function CalendarFaults({ faults }: { faults: readonly Fault[] }) {
  if (faults.length === 0) return null
  return (
    <div className="notice notice-risk" role="status">
      <div>
        <p>
          <strong>The calendar file has {plural(faults.length, 'fault')}.</strong> The last good calendar stays in force
          until it is mended.
        </p>
        <ul className="file-faults">
          {faults.map((fault) => (
            <li key={`${fault.line} ${fault.path.join('.')} ${fault.message}`}>
              <strong>{lineWords(fault)}</strong> <code>{pathWords(fault)}</code> <WithCode text={fault.message} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
