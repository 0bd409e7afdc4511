import type { UseQueryResult } from '@tanstack/react-query'
import type { ComponentType } from 'react'
import { Link } from 'wouter'
import type { SkillRun } from '#contract/personas.ts'
import { chartOf } from '../state/chart-figures.ts'
import { coverageWords, knownFigures } from '../state/skill-figures.ts'
import { pageOfRow, useSide } from '../state/side.ts'
import { useMe } from '../state/use-me.ts'
import { longDay, plural, withDayWords } from '../state/words.ts'
import { useAnswerReader } from './answer-reader.ts'
import { ButtonLink } from './button.tsx'
import { HealthView, RiskView } from './known-views.tsx'
import { Bar } from './signal.tsx'
import { SkillChartView } from './skill-chart.tsx'
import { Loaded, Skeleton } from './states.tsx'

const LINES = 16

type Result = Extract<SkillRun, { kind: 'result' }>['result']

/** What a skill found about the record on screen: words first, then the parts, then how far to trust it. */
export function SkillPanel({ title, run }: { title: string; run: UseQueryResult<SkillRun> }) {
  // It comes while the skill runs, so that nothing jumps after it.
  const Reader = useAnswerReader()
  return (
    <section className="skill" aria-label={title}>
      <Loaded asked={run} lines={LINES}>
        {(outcome) => {
          if (outcome.kind === 'choice') return <ChoiceView choice={outcome} />
          if (outcome.kind === 'nothing') return <NothingView title={title} nothing={outcome} />
          return Reader ? (
            <ResultView title={title} result={outcome.result} Reader={Reader} />
          ) : (
            <Skeleton lines={LINES} />
          )
        }}
      </Loaded>
    </section>
  )
}

/** What stood in the way, and in a house without rows the way to bring some. */
function NothingView({ title, nothing }: { title: string; nothing: Extract<SkillRun, { kind: 'nothing' }> }) {
  const { company } = useMe()
  return (
    <>
      <h2 className="eyebrow">{title}</h2>
      <p>{withDayWords(nothing.reason)}</p>
      <p className="quiet small">{nothing.remedy}</p>
      {company.hasData ? null : (
        <div className="actions skill-way">
          <ButtonLink look="accent" href="/start">
            Bring in data
          </ButtonLink>
        </div>
      )}
    </>
  )
}

/** The rows a name may mean; those with a page of their own lead there. */
function ChoiceView({ choice }: { choice: Extract<SkillRun, { kind: 'choice' }> }) {
  return (
    <>
      <p>{withDayWords(choice.question)}</p>
      <ul className="record-lines">
        {choice.candidates.map((candidate) => {
          const page = pageOfRow(candidate)
          return (
            <li key={`${candidate.kind} ${candidate.id}`} className="record-line">
              {page ? (
                <Link href={page}>{withDayWords(candidate.label)}</Link>
              ) : (
                <span>{withDayWords(candidate.label)}</span>
              )}
            </li>
          )
        })}
      </ul>
    </>
  )
}

interface ResultProps {
  title: string
  result: Result
  Reader: ComponentType<{ text: string }>
}

function ResultView({ title, result, Reader }: ResultProps) {
  const { showEvidence } = useSide()
  const known = knownFigures(result.skill, result.figures)
  const headline = withDayWords(result.headline)
  const chart = chartOf(result.skill, result.figures)
  return (
    <>
      <h2 className="eyebrow">{title}</h2>
      <p className="skill-headline">{headline}</p>
      {known.kind === 'risk' ? <RiskView figures={known.figures} /> : null}
      {known.kind === 'health' ? <HealthView figures={known.figures} /> : null}
      {chart ? <SkillChartView chart={chart} /> : null}
      {known.kind === 'other' && result.text !== '' ? <Reader text={result.text} /> : null}
      {result.nextStep ? (
        <p className="skill-next">
          <span className="eyebrow">Next step</span>
          {withDayWords(result.nextStep.text)}
        </p>
      ) : null}
      <Trust result={result} />
      <p className="skill-foot tiny quiet">
        As of {longDay(result.asOf)}
        {result.evidence.length > 0 ? (
          <span className="only-screen">
            {' · '}
            <button
              type="button"
              className="text-link"
              onClick={() => showEvidence({ title, note: headline, rows: result.evidence })}
            >
              {plural(result.evidence.length, 'row')} of evidence
            </button>
          </span>
        ) : null}
      </p>
    </>
  )
}

const CONFIDENCE_WORDS = {
  high: 'High confidence',
  medium: 'Medium confidence',
  low: 'Low confidence',
  none: 'No basis',
} as const

function Trust({ result }: { result: Result }) {
  const { coverage, confidence } = result
  const all = coverage.present.length + coverage.missing.length
  const words = coverageWords(coverage)
  return (
    <div className="trust">
      <div className="trust-line">
        <span>{words}</span>
        <Bar value={all === 0 ? null : coverage.present.length / all} signal="plain" label={words} />
      </div>
      <div className="trust-line" title={withDayWords(confidence.reason)}>
        <span>{CONFIDENCE_WORDS[confidence.level]}</span>
        <Bar value={confidence.level === 'none' ? null : confidence.value} signal="plain" label={confidence.reason} />
      </div>
      {coverage.missing.length > 0 || result.caveats.length > 0 ? (
        <details className="trust-more">
          <summary>What is missing, and what would make it known</summary>
          <ul>
            {coverage.missing.map((missing) => (
              <li key={missing.input}>
                <strong>{missing.input}</strong>: {withDayWords(missing.remedy)}
              </li>
            ))}
            {result.caveats.map((caveat) => (
              <li key={caveat}>{withDayWords(caveat)}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  )
}
