import type { Money } from '#contract/common.ts'
import { dayWords, exactMoney, exactTime, longDay, moneyWords, timeWords } from '../state/words.ts'

/** What the data does not say; a word to screen readers, a dash to the eye. */
export function Unknown({ what = 'unknown' }: { what?: string }) {
  return (
    <span className="unknown" title={what}>
      <span aria-hidden="true">–</span>
      <span className="unseen">{what}</span>
    </span>
  )
}

export function MoneyText({ money, isEstimated = false }: { money: Money | null; isEstimated?: boolean }) {
  if (money === null) return <Unknown what="no value in the data" />
  return (
    <span className="figure" title={exactMoney(money)}>
      {moneyWords(money)}
      {isEstimated ? (
        <abbr className="estimated" title="Estimated: the list price stands in for a missing value">
          est.
        </abbr>
      ) : null}
    </span>
  )
}

export function DayText({ day, asOf }: { day: string | null; asOf: string | null }) {
  if (day === null) return <Unknown what="no date in the data" />
  return (
    <time dateTime={day} title={longDay(day)}>
      {dayWords(day, asOf)}
    </time>
  )
}

export function TimeText({ instant }: { instant: string | null }) {
  if (instant === null) return <Unknown what="never" />
  return (
    <time dateTime={instant} title={exactTime(instant)}>
      {timeWords(instant, Date.now())}
    </time>
  )
}

export function Text({ value }: { value: string | null }) {
  return value === null || value === '' ? <Unknown /> : <>{value}</>
}
