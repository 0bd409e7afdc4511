import type { CalendarCheck } from '#contract/calendar.ts'
import {
  differingParts,
  differsWords,
  keyWords,
  valueWords,
  type Reader,
  type ValueChange,
} from '../state/calendar-words.ts'

interface ValueChangesProps {
  check: Pick<CalendarCheck, 'values' | 'moreValues'>
  reader: Reader
}

/** What would be moved otherwise, from when until when. */
export function CalendarValueChanges({ check: { values, moreValues }, reader }: ValueChangesProps) {
  return (
    <ul className="check-values">
      {values.map((change) => (
        <Row key={`${change.key} ${change.startsAt}`} change={change} reader={reader} />
      ))}
      {moreValues > 0 ? <li className="small quiet">And {moreValues} more.</li> : null}
    </ul>
  )
}

function Row({ change, reader }: { change: ValueChange; reader: Reader }) {
  const { key, unit } = change
  const [before, after] = differingParts(change)
  const words = keyWords(key)
  return (
    <li>
      <p className="policy-name">
        {words ? <span>{words}</span> : null}
        <code className="tiny quiet">{key}</code>
      </p>
      <p className="policy-value tabular">
        <strong>{valueWords(after, unit)}</strong>
        <span className="small quiet"> instead of {valueWords(before, unit)}</span>
      </p>
      <p className="tiny quiet tabular">{differsWords(change, reader)}</p>
    </li>
  )
}
