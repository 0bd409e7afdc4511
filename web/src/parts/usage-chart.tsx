import type { ClientDetail } from '#contract/records.ts'
import { countWords, dayWords } from '../state/words.ts'
import { LineChart } from './charts.tsx'

/** Active users over time in one hue; days without rows are gaps, not zeros. */
export function UsageChart({ usage, seats }: { usage: ClientDetail['usage']; seats: number | null }) {
  const days = usage.toSorted((one, other) => one.onDay.localeCompare(other.onDay))
  const first = days[0]
  const last = days.at(-1)
  if (!first || !last)
    return <p className="quiet small">No usage in the data. Import usage rows to see it here and in health.</p>
  const highest = Math.max(1, ...days.map((day) => day.activeUsers ?? 0))
  const points = days.map((day) => ({ onDay: day.onDay, value: day.activeUsers }))
  const words = `Active users from ${first.onDay} to ${last.onDay}; highest ${highest}, last ${last.activeUsers ?? 'unknown'}`
  return (
    <figure className="chart">
      <LineChart points={points} label={words} format={countWords} />
      <figcaption className="chart-words tiny quiet tabular">
        <span>{dayWords(first.onDay, null)}</span>
        <span>
          highest {countWords(highest)}
          {seats === null ? '' : ` of ${countWords(seats)} seats`}
        </span>
        <span>
          {dayWords(last.onDay, null)}: {last.activeUsers === null ? 'unknown' : countWords(last.activeUsers)}
        </span>
      </figcaption>
    </figure>
  )
}
