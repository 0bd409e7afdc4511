import { OUTLOOKS, type ForecastRange, type SkillChart } from '../state/chart-figures.ts'
import { countWords, labelWords, moneyWords, shortMoney } from '../state/words.ts'
import { ColumnChart, LineChart, RangeBar, type Tone } from './charts.tsx'

const TONES: Readonly<Record<(typeof OUTLOOKS)[number], Tone>> = {
  commit: 'main',
  best_case: 'soft',
  at_risk: 'risk',
  unknown: 'unknown',
}

/** A skill's figures as a picture; the words beside it say the same. */
export function SkillChartView({ chart }: { chart: SkillChart }) {
  switch (chart.kind) {
    case 'ranges':
      return (
        <div className="ranges">
          {chart.ranges.map((range) => (
            <Range key={range.label} range={range} most={highestOf(chart.ranges)} />
          ))}
        </div>
      )
    case 'ageing':
      return (
        <ColumnChart
          columns={chart.columns.map((column) => ({ ...column, label: bucketWords(column.label) }))}
          parts={[{ name: 'Unpaid', tone: 'main' }]}
          label="Unpaid invoices by days past their due day"
          format={inMoney(chart.currency, moneyWords)}
          tick={inMoney(chart.currency, shortMoney)}
        />
      )
    case 'renewals':
      return (
        <ColumnChart
          columns={chart.columns}
          parts={OUTLOOKS.map((outlook) => ({ name: labelWords(outlook), tone: TONES[outlook] }))}
          label="Yearly revenue up for renewal by month"
          format={inMoney(chart.currency, moneyWords)}
          tick={inMoney(chart.currency, shortMoney)}
        />
      )
    case 'series':
      return (
        <div className="chart-grid">
          {chart.series.map((line) => (
            <figure key={line.label} className="chart">
              <figcaption className="small">
                {line.label} <span className="quiet">{line.unit}</span>
              </figcaption>
              <LineChart points={line.points} label={`${line.label}, ${line.unit}`} format={countWords} height={90} />
            </figure>
          ))}
        </div>
      )
  }
}

/** One scale for all of them: the longer bar is more money. */
function highestOf(ranges: readonly ForecastRange[]): number {
  return Math.max(...ranges.map(({ high, target }) => Math.max(high.amountMicros, target?.amountMicros ?? 0)))
}

interface RangeProps {
  readonly range: ForecastRange
  readonly most: number
}

function Range({ range: { label, low, expected, high, target }, most }: RangeProps) {
  const goal = target ? `, ${moneyWords(target)} left of the quota` : ''
  const words = `${label}: ${moneyWords(expected)} expected, ${moneyWords(low)} to ${moneyWords(high)}${goal}`
  return (
    <div className="range-row">
      <span className="small">{label}</span>
      <RangeBar
        low={low.amountMicros}
        value={expected.amountMicros}
        high={high.amountMicros}
        target={target?.amountMicros ?? null}
        most={most}
        label={words}
      />
      <span className="small tabular">
        <span className="figure">{moneyWords(expected)}</span>{' '}
        <span className="quiet">
          {moneyWords(low)} to {moneyWords(high)}
          {goal}
        </span>
      </span>
    </div>
  )
}

function inMoney(currency: string, words: typeof moneyWords): (amountMicros: number) => string {
  return (amountMicros) => words({ amountMicros: Math.round(amountMicros), currency })
}

function bucketWords(bucket: string): string {
  return bucket === 'current' ? 'Not due' : `${bucket} days`
}
