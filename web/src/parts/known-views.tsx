import { useState } from 'react'
import type { HealthFigures, RiskFigures } from '../state/skill-figures.ts'
import { signalOf } from '../state/skill-figures.ts'
import { useSide } from '../state/side.ts'
import { labelWords, plural, withDayWords } from '../state/words.ts'
import { Bar, SignalTag } from './signal.tsx'

const LEVEL_WORDS = { high: 'High risk', medium: 'Some risk', low: 'Low risk', unknown: 'Risk unknown' } as const
const STATE_WORDS = { risk: 'Risk', ok: 'Well', unknown: 'Unknown' } as const

/** Deal risk: the level in words, then each signal with what was found. */
export function RiskView({ figures }: { figures: RiskFigures }) {
  const [showsAll, setShowsAll] = useState(false)
  const isSerious = (signal: RiskFigures['signals'][number]): boolean => signal.state === 'risk'
  const shown = showsAll ? figures.signals : figures.signals.filter(isSerious)
  const rest = figures.signals.length - shown.length
  return (
    <div className="known">
      <div className="known-head">
        <SignalTag signal={signalOf(figures.level)}>{LEVEL_WORDS[figures.level]}</SignalTag>
        {figures.winProbability ? (
          <span
            className="small quiet tabular"
            title={`From ${plural(figures.winProbability.n, 'decided deal')}: ${figures.winProbability.basis}. It knows nothing of this deal's own signals.`}
          >
            Deals like it: {percent(figures.winProbability.value)} won ({percent(figures.winProbability.low)} to{' '}
            {percent(figures.winProbability.high)}, {plural(figures.winProbability.n, 'deal')})
          </span>
        ) : null}
      </div>
      <ul className="signals">
        {shown.map((signal) => (
          <SignalRow key={signal.name} signal={signal} />
        ))}
      </ul>
      {rest > 0 || showsAll ? (
        <button
          type="button"
          className="text-link small"
          aria-expanded={showsAll}
          onClick={() => setShowsAll(!showsAll)}
        >
          {showsAll ? 'Show risks only' : `Show ${plural(rest, 'more signal')}: well or unknown`}
        </button>
      ) : null}
    </div>
  )
}

function SignalRow({ signal }: { signal: RiskFigures['signals'][number] }) {
  const { showEvidence } = useSide()
  const state = signal.state === 'risk' && signal.severity !== 'high' ? 'watch' : signalOf(signal.state)
  return (
    <li className="signal-row">
      <SignalTag signal={state}>{STATE_WORDS[signal.state]}</SignalTag>
      <div>
        <p>
          <strong>{signal.label}.</strong> {withDayWords(signal.detail)}
        </p>
        {signal.remedy ? <p className="small quiet">{withDayWords(signal.remedy)}</p> : null}
        {signal.evidence.length > 0 ? (
          <button
            type="button"
            className="text-link small"
            onClick={() => showEvidence({ title: signal.label, rows: signal.evidence })}
          >
            {plural(signal.evidence.length, 'row')} of evidence
          </button>
        ) : null}
      </div>
    </li>
  )
}

/** Client health: the score with its band, five components with what is unknown hatched, then what moves it. */
export function HealthView({ figures }: { figures: HealthFigures }) {
  return (
    <div className="known">
      <div className="known-head">
        {figures.score === null ? (
          <span className="health-score is-unknown">Unknown</span>
        ) : (
          <span className="health-score figure">
            {/* Cut, not rounded, as in the words beside it: 74.6 shown as 75 would contradict its band. */}
            {Math.floor(figures.score)}
            <span className="health-of"> of 100</span>
          </span>
        )}
        <SignalTag signal={signalOf(figures.band)}>{labelWords(figures.band)}</SignalTag>
      </div>
      <ul className="components">
        {figures.components.map((component) => (
          <HealthPart key={component.name} part={component} />
        ))}
      </ul>
      {figures.drivers.length > 0 ? (
        <ul className="drivers">
          {figures.drivers.map((driver) => (
            <li key={driver.text}>
              <span className={`driver-points figure driver-${driver.direction}`}>{pointsWords(driver.points)}</span>{' '}
              {withDayWords(driver.text)}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}

function HealthPart({ part }: { part: HealthFigures['components'][number] }) {
  const { showEvidence } = useSide()
  const measured = part.inputs.filter((input) => input.value !== null)
  const words = part.score === null ? 'unknown' : `${Math.round(part.score)} of 100`
  const rows = part.inputs.flatMap((input) => input.evidence)
  return (
    <li className="component">
      <div className="component-head">
        <span>{part.label}</span>
        <span className={part.score === null ? 'quiet small' : 'figure'}>{words}</span>
      </div>
      <Bar
        value={part.score === null ? null : part.score / 100}
        signal={bandOf(part.score)}
        label={`${part.label}: ${words}`}
      />
      <ul className="component-inputs tiny quiet">
        {measured.map((input) => (
          <li key={input.label}>
            {input.label}: {withDayWords(input.value ?? '')}
          </li>
        ))}
        {measured.length === 0 ? <li>{withDayWords(part.inputs[0]?.remedy ?? '')}</li> : null}
        {rows.length > 0 ? (
          <li>
            <button type="button" className="text-link" onClick={() => showEvidence({ title: part.label, rows })}>
              {plural(rows.length, 'row')} of evidence
            </button>
          </li>
        ) : null}
      </ul>
    </li>
  )
}

function bandOf(score: number | null): 'good' | 'watch' | 'risk' | 'unknown' {
  if (score === null) return 'unknown'
  if (score >= 75) return 'good'
  return score >= 50 ? 'watch' : 'risk'
}

function pointsWords(points: number): string {
  return points < 0 ? `−${Math.abs(points).toFixed(1)}` : `+${points.toFixed(1)}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
