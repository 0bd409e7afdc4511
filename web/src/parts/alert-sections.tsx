import { useState } from 'react'
import type { AlertReport } from '#contract/watch.ts'
import { useMay } from '../state/use-me.ts'
import { inState, type Standing } from '../state/watch-verdict.ts'
import { toldWords, urgencyWords } from '../state/watch-words.ts'
import { durationWords, labelWords } from '../state/words.ts'
import { Button } from './button.tsx'
import { ChannelTrial } from './channel-trial.tsx'
import { Section } from './page.tsx'
import { Ago, Since } from './server-times.tsx'
import { SignalTag } from './signal.tsx'
import { SilenceDialog, type SilenceChoice } from './silence-dialog.tsx'
import { SilenceList } from './silence-list.tsx'
import { Empty } from './states.tsx'
import { TimeText } from './values.tsx'
import { Steps } from './watch-verdict.tsx'

interface AlertSectionsProps {
  report: AlertReport
  skewMs: number
}

/** What fires, what may soon, what was silenced, what is over, and how owners are told. */
export function AlertSections({ report, skewMs }: AlertSectionsProps) {
  const mayManage = useMay('watch:manage')
  const [silencing, setSilencing] = useState<SilenceChoice | null>(null)
  const open = [...inState(report, 'firing'), ...inState(report, 'pending')]
  return (
    <>
      <Section
        title="Alerts"
        note={<JudgedLine report={report} skewMs={skewMs} />}
        actions={
          mayManage ? (
            <Button look="bare" onClick={() => setSilencing({ rule: null, subject: '' })}>
              Silence ahead
            </Button>
          ) : null
        }
      >
        {open.length === 0 ? (
          <Empty title="No alert fires." hint={`${report.rules.length} rules are judged each five seconds.`} />
        ) : (
          <ul className="alert-list">
            {open.map((alert) => (
              <AlertRow
                key={`${alert.rule.id} ${alert.subject}`}
                alert={alert}
                channels={report.channels.length}
                skewMs={skewMs}
                onSilence={
                  mayManage && !alert.isSilenced
                    ? () => setSilencing({ rule: alert.rule.id, subject: alert.subject })
                    : null
                }
              />
            ))}
          </ul>
        )}
        <ChannelTrial channels={report.channels} mayTry={mayManage} />
      </Section>
      <SilenceList report={report} mayEnd={mayManage} />
      <RecentSection recent={report.recent} />
      {silencing ? <SilenceDialog choice={silencing} rules={report.rules} onClose={() => setSilencing(null)} /> : null}
    </>
  )
}

function JudgedLine({ report: { judgedAt, judgedBy }, skewMs }: AlertSectionsProps) {
  if (judgedAt === null) return <>Not judged yet</>
  return (
    <>
      Judged <Ago at={judgedAt} skewMs={skewMs} />
      {judgedBy === null ? null : ` by ${judgedBy}`}
    </>
  )
}

interface AlertRowProps {
  alert: Standing
  channels: number
  skewMs: number
  /** null: it is silenced already, or that is not for whoever looks. */
  onSilence: (() => void) | null
}

function AlertRow({ alert, channels, skewMs, onSilence }: AlertRowProps) {
  const { rule, state, subject } = alert
  const isFiring = state === 'firing'
  const signal = !isFiring ? 'unknown' : rule.severity === 'page' ? 'risk' : 'watch'
  return (
    <li className="alert-row">
      <SignalTag signal={signal}>{isFiring ? 'Fires' : 'Not yet'}</SignalTag>
      <div className="alert-body">
        <p className="alert-says">{alert.says}</p>
        <p className="small quiet alert-meta">
          <span>{urgencyWords(rule.severity)}</span>
          <Since at={alert.since} skewMs={skewMs} />
          {isFiring ? null : <span>fires after {durationWords(rule.forSeconds * 1000)}</span>}
          <span>{toldWords(alert, channels)}</span>
          <code>{rule.id}</code>
        </p>
        {rule.runbook.length > 0 ? (
          <details className="small">
            <summary>What to do</summary>
            <Steps steps={rule.runbook} />
          </details>
        ) : null}
      </div>
      {onSilence ? (
        <Button
          onClick={onSilence}
          aria-label={`Silence ${labelWords(rule.id)}${subject === '' ? '' : ` of ${subject}`}`}
        >
          Silence
        </Button>
      ) : null}
    </li>
  )
}

/** As many of those that are over are seen at once. */
const RECENT_SHOWN = 5

function RecentSection({ recent }: { recent: AlertReport['recent'] }) {
  const [isWhole, setWhole] = useState(false)
  if (recent.length === 0) return null
  const folded = recent.length - RECENT_SHOWN
  return (
    <Section title="Lately over">
      <ul className="recent-list small">
        {(isWhole ? recent : recent.slice(0, RECENT_SHOWN)).map((alert) => (
          <li key={`${alert.rule} ${alert.subject} ${alert.since}`}>
            <span className="quiet">
              <TimeText instant={alert.resolvedAt} />
            </span>
            <span className="alert-over">{alert.says}</span>
            <span className="quiet tabular">{lastedWords(alert)}</span>
          </li>
        ))}
      </ul>
      {folded > 0 && !isWhole ? (
        <button type="button" className="text-link small" onClick={() => setWhole(true)}>
          Show {folded} more
        </button>
      ) : null}
    </Section>
  )
}

function lastedWords({ since, resolvedAt }: Pick<AlertReport['recent'][number], 'since' | 'resolvedAt'>): string {
  return resolvedAt === null ? '' : `lasted ${durationWords(Date.parse(resolvedAt) - Date.parse(since))}`
}
