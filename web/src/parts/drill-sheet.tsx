import type { Drill, DrillReport, DrillRun } from '#contract/drills.ts'
import {
  besideTarget,
  lastRun,
  noticedWords,
  openRun,
  recoveryWords,
  spanOf,
  verdictLook,
} from '../state/drill-words.ts'
import { countWords, NO_BREAK } from '../state/words.ts'
import { Button } from './button.tsx'
import { DrillState } from './drill-marks.tsx'
import { Fact, Facts } from './facts.tsx'
import { Section } from './page.tsx'
import { Sheet } from './sheet.tsx'
import { SignalTag } from './signal.tsx'
import { TimeText } from './values.tsx'

type Targets = DrillReport['targets']

interface SheetProps {
  drill: Drill
  targets: Targets
  /** null: who looks may not. */
  onRehearse: ((name: string) => void) | null
  onClose: () => void
}

/** One disaster: what is believed and done, what the last rehearsal saw, and those before it. */
export function DrillSheet({ drill, targets, onRehearse, onClose }: SheetProps) {
  const open = openRun(drill)
  const last = lastRun(drill)
  return (
    <Sheet label={drill.title} onClose={onClose}>
      <header className="drill-sheet-head">
        <code className="eyebrow">{drill.name}</code>
        <h2 className="sheet-title">{drill.title}</h2>
        <p>
          <DrillState drill={drill} />
        </p>
        <p>{drill.hypothesis}</p>
        {onRehearse ? (
          <div className="actions">
            <Button icon="again" disabled={open !== null} onClick={() => onRehearse(drill.name)}>
              Rehearse
            </Button>
          </div>
        ) : null}
      </header>
      {open?.state === 'running' ? <Steps run={open} title="Now" /> : null}
      {last ? <LastRun drill={drill} run={last} targets={targets} /> : null}
      <Section title="How it is rehearsed">
        <Facts>
          <Fact name="Steady state">{drill.steadyState}</Fact>
          <Fact name="What is done">{drill.fault}</Fact>
          <Fact name="How it is mended">{drill.recovery}</Fact>
          <Fact name="What counts as lost">{drill.loss}</Fact>
          <Fact name="Promises it judges">{drill.promises.join(', ')}</Fact>
          <Fact name="Of which it says nothing">{drill.notJudged.join(', ')}</Fact>
          <Fact name="On the command line">
            <code>sophia drill {drill.name}</code>
          </Fact>
        </Facts>
      </Section>
      {drill.runs.length > 1 ? <History drill={drill} /> : null}
    </Sheet>
  )
}

function LastRun({ drill, run, targets }: { drill: Drill; run: DrillRun; targets: Targets }) {
  return (
    <>
      <Section title="The last rehearsal" note={<TimeText instant={run.endedAt} />}>
        {run.reasons.length > 0 ? (
          <ul className="drill-reasons">
            {run.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        ) : null}
        {run.figures ? <Figures drill={drill} figures={run.figures} targets={targets} /> : null}
        <p className="tiny quiet">
          {[
            run.host === null ? '' : `on ${run.host}`,
            run.version === null ? '' : `version ${run.version}`,
            ORIGINS[run.origin],
          ]
            .filter(Boolean)
            .join(', ')}
        </p>
      </Section>
      {run.steps.length > 0 ? <Steps run={run} title="What happened when" /> : null}
    </>
  )
}

const ORIGINS = {
  screen: 'asked for on screen or by the API',
  command: 'from the command line',
  schedule: 'by the calendar',
} as const satisfies Record<DrillRun['origin'], string>

interface FiguresProps {
  drill: Drill
  figures: NonNullable<DrillRun['figures']>
  targets: Targets
}

function Figures({ drill, figures, targets }: FiguresProps) {
  const timed = [
    { name: 'Noticed after', ms: figures.detectionMs, words: noticedWords(drill, figures), target: targets.detection },
    {
      name: 'Answered as before after',
      ms: figures.recoveryMs,
      words: recoveryWords(figures),
      target: targets.recovery,
    },
    { name: 'Deployed in', ms: figures.deployMs, words: spanOf(figures.deployMs), target: targets.deploy },
  ]
  return (
    <Facts>
      {timed.map(({ name, ms, words, target }) => {
        const { signal, words: promise } = besideTarget(ms, target)
        return (
          <Fact key={name} name={name}>
            <span className={`figure tabular ${signal === 'risk' ? 'risk-text' : ''}`}>{words}</span>{' '}
            <span className="small quiet">{promise}</span>
          </Fact>
        )
      })}
      {figures.detectedBy ? <Fact name="Noticed by">{figures.detectedBy}</Fact> : null}
      <Fact name="Every part as before after">
        {figures.wholeMs === null ? 'not in time' : spanOf(figures.wholeMs)}
      </Fact>
      <Fact name="Messages">
        {countWords(figures.acknowledged)} acknowledged, {countWords(figures.lost)} lost,{' '}
        {countWords(figures.duplicated)} doubled, {countWords(figures.unended)} without an end
      </Fact>
      <Fact name="Answers">
        {countWords(figures.takenOver)} taken over
        {figures.longestWaitMs === null ? '' : `, the slowest took ${spanOf(figures.longestWaitMs)}`}
      </Fact>
      {figures.sinceBackup === null ? null : (
        <Fact name="Gone, as too late to be kept">{countWords(figures.sinceBackup)}</Fact>
      )}
      <Fact name="Requests since the fault">
        {countWords(figures.failedRequests)} of {countWords(figures.requests)} failed
        {figures.requestP95Ms === null ? '' : `, 95 % within ${countWords(figures.requestP95Ms)}${NO_BREAK}ms`}
      </Fact>
      {figures.reading ? (
        <Fact name="Answers read by stream">
          {countWords(figures.reading.followed)}, resumed {countWords(figures.reading.resumed)} times:{' '}
          {countWords(figures.reading.gaps)} gaps, {countWords(figures.reading.repeats)} repeats,{' '}
          {countWords(figures.reading.unread)} without their end
        </Fact>
      ) : null}
      {figures.privacy ? (
        <Fact name="Overheard of another member">
          {countWords(figures.privacy.overheard)} of {countWords(figures.privacy.looked)} answers looked at
        </Fact>
      ) : null}
    </Facts>
  )
}

function Steps({ run, title }: { run: DrillRun; title: string }) {
  return (
    <Section title={title}>
      <ol className="drill-steps small">
        {run.steps.map(({ atMs, text }) => (
          <li key={`${atMs} ${text}`}>
            <span className="tabular quiet">{spanOf(atMs)}</span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </Section>
  )
}

function History({ drill }: { drill: Drill }) {
  return (
    <Section title="Earlier" note="newest first">
      <ul className="drill-history small">
        {drill.runs
          .filter(({ state }) => state === 'ended')
          .slice(1)
          .map((run) => {
            const { signal, words } = verdictLook(run)
            return (
              <li key={run.id}>
                <SignalTag signal={signal}>{words}</SignalTag>
                <span className="tabular">{recoveryWords(run.figures)}</span>
                <span className="quiet">
                  <TimeText instant={run.endedAt} />
                </span>
              </li>
            )
          })}
      </ul>
    </Section>
  )
}
