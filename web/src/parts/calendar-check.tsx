import type { CalendarCheck } from '#contract/calendar.ts'
import { lineWords, pathWords, type Fault } from '../state/calendar-faults.ts'
import { withLocalTimes, type Reader } from '../state/calendar-words.ts'
import { plural } from '../state/words.ts'
import { Button } from './button.tsx'
import { CalendarValueChanges } from './calendar-value-changes.tsx'
import { SignalTag } from './signal.tsx'
import { Loaded, type Asked } from './states.tsx'
import { WithCode } from './with-code.tsx'

interface CheckProps {
  check: Asked<CalendarCheck>
  /** The answer is about the text as it stands. */
  isCurrent: boolean
  isChanged: boolean
  reader: Reader
  /** The line of the text on which it is mended; null when that is elsewhere. */
  lineOf: (fault: Fault) => number | null
  isMendable: (fault: Fault) => boolean
  onShow: (fault: Fault) => void
  onMend: (fault: Fault) => void
}

/** What is wrong with the text, or else what it would change. */
export function CalendarCheckView({ check, isCurrent, isChanged, reader, ...mending }: CheckProps) {
  return (
    <section className="calendar-check" aria-label="What the text means">
      <Loaded asked={{ ...check, isPlaceholderData: false }} lines={4}>
        {(found) =>
          found.faults.length > 0 ? (
            <Faults faults={found.faults} {...mending} />
          ) : (
            <>
              <p role="status">
                {isCurrent ? <SignalTag signal="good">No faults</SignalTag> : <span className="quiet">Checking</span>}
              </p>
              <h2>What changes if this is saved</h2>
              <Changes check={found} isChanged={isChanged} reader={reader} />
            </>
          )
        }
      </Loaded>
    </section>
  )
}

type FaultsProps = Pick<CheckProps, 'lineOf' | 'isMendable' | 'onShow' | 'onMend'> & { faults: readonly Fault[] }

function Faults({ faults, lineOf, isMendable, onShow, onMend }: FaultsProps) {
  return (
    <>
      <p role="status">
        <SignalTag signal="risk">{plural(faults.length, 'fault')}</SignalTag>
      </p>
      <p className="small quiet">Saving waits until {faults.length === 1 ? 'it is' : 'they are'} mended.</p>
      <ul className="check-faults">
        {faults.map((fault) => (
          <li key={`${fault.line} ${fault.path.join('.')} ${fault.message}`}>
            <p className="small">
              <WithCode text={fault.message} />
            </p>
            <p className="tiny quiet">
              <code>{pathWords(fault)}</code>
            </p>
            <div className="actions">
              {lineOf(fault) === null ? (
                <span className="small quiet">{lineWords(fault)}</span>
              ) : (
                <Button onClick={() => onShow(fault)}>Go to line {lineOf(fault)}</Button>
              )}
              {fault.suggestion !== null && isMendable(fault) ? (
                <Button icon="check" onClick={() => onMend(fault)}>
                  Use <code>{fault.suggestion}</code>
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}

function Changes({ check, isChanged, reader }: { check: CalendarCheck; isChanged: boolean; reader: Reader }) {
  const { changes, values } = check
  if (changes.length === 0 && values.length === 0)
    return (
      <p className="small quiet">
        {isChanged
          ? 'Nothing: no value, beginning or end is another within 30 days.'
          : 'Change the text, and what would differ stands here before you save.'}
      </p>
    )
  return (
    <>
      {values.length > 0 ? (
        <>
          <h3>Values, over the next 30 days</h3>
          <CalendarValueChanges check={check} reader={reader} />
        </>
      ) : null}
      {changes.length > 0 ? (
        <>
          {values.length > 0 ? <h3>Besides</h3> : null}
          <ul className="check-changes small">
            {changes.map((change) => (
              <li key={change}>
                <WithCode text={withLocalTimes(change, reader)} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  )
}
