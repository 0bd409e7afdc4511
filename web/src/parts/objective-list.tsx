import type { SloReport } from '#contract/watch.ts'
import { lineWords, objectiveLine } from '../state/objective-line.ts'
import { shareWords } from '../state/server-words.ts'
import {
  budgetWords,
  burnWords,
  isBurning,
  keptWords,
  aimWords,
  promiseWords,
  standingLook,
  type Slo,
} from '../state/watch-words.ts'
import { Bar, SignalTag } from './signal.tsx'
import { Empty } from './states.tsx'

const LINE = { width: 320, height: 36 }

interface ObjectiveListProps {
  report: SloReport
  hours: number
  /** The span of the lines, as `24 hours`. */
  spanWords: string
}

/** What is promised, how it was kept, what is left of the budget, how fast it is used, and the way there. */
export function ObjectiveList({ report, hours, spanWords }: ObjectiveListProps) {
  if (report.objectives.length === 0) return <Empty title="There is no objective." />
  const span = { stepSeconds: report.stepSeconds, hours, endMs: Date.parse(report.measuredAt) }
  return (
    <ul className="objective-list">
      {report.objectives.map((slo) => (
        <Objective key={slo.id} slo={slo} span={span} spanWords={spanWords} />
      ))}
    </ul>
  )
}

interface ObjectiveProps {
  slo: Slo
  span: { stepSeconds: number; hours: number; endMs: number }
  spanWords: string
}

function Objective({ slo, span, spanWords }: ObjectiveProps) {
  const { signal, words } = standingLook(slo.status)
  const left = budgetWords(slo)
  return (
    <li className="objective">
      <div className="objective-head">
        <h3>{slo.title}</h3>
        <SignalTag signal={signal}>{words}</SignalTag>
      </div>
      <p className="small quiet objective-promise">
        {promiseWords(slo.target)} of {slo.promise}
        {aimWords(slo.aim)}
      </p>
      <dl className="objective-figures">
        <div>
          <dt>Kept</dt>
          <dd>{keptWords(slo)}</dd>
        </div>
        <div className="objective-budget">
          <dt>Budget</dt>
          <dd>
            <Bar
              value={slo.budgetRemaining === null ? null : Math.max(0, slo.budgetRemaining)}
              signal={signal}
              label={left}
            />
            <span>{left}</span>
          </dd>
        </div>
        <div className="objective-burn">
          <dt>Used, times as fast as it may be</dt>
          <dd className={isBurning(slo.burn) ? 'watch-text' : ''}>{burnWords(slo.burn)}</dd>
        </div>
      </dl>
      <HistoryLine slo={slo} span={span} spanWords={spanWords} />
    </li>
  )
}

function HistoryLine({ slo, span, spanWords }: ObjectiveProps) {
  const drawn = objectiveLine(slo, span, LINE)
  const label = lineWords(slo.title, drawn, spanWords)
  if (drawn.lowest === null) return <p className="small quiet objective-line">Nothing was seen in {spanWords}.</p>
  return (
    <div className="objective-line">
      <svg viewBox={`0 -3 ${LINE.width} ${LINE.height + 6}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <path d={`M0 ${drawn.targetY}H${LINE.width}`} className="objective-target" vectorEffect="non-scaling-stroke" />
        <path d={drawn.path} className="chart-line" vectorEffect="non-scaling-stroke" />
      </svg>
      <p className="tiny quiet tabular">
        <span>{spanWords}</span>
        <span>lowest {shareWords(drawn.lowest.share)}</span>
        <span>now</span>
      </p>
    </div>
  )
}
