import type { OperationsReport } from '#contract/watch.ts'
import { nowCells } from '../state/now-cells.ts'

/** How it goes, in figures of the last minute, all processes together. */
export function OperationsNow({ now }: { now: OperationsReport['now'] }) {
  if (now === null) return <p className="quiet small">Nothing was measured in the last minute.</p>
  return (
    <ul className="figures now-figures">
      {nowCells(now).map(({ label, value, note, signal }) => (
        <li key={label} className="figure-cell">
          <span className="figure-label">{label}</span>
          <span className="figure-value figure">{value}</span>
          <span className={signal === null ? 'figure-note' : `figure-note ${signal}-text`}>{note}</span>
        </li>
      ))}
    </ul>
  )
}
