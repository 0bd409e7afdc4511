import type { AlertReport } from '#contract/watch.ts'
import { useSilence } from '../state/use-watch.ts'
import { exactTime, labelWords, timeWords } from '../state/words.ts'
import { Button } from './button.tsx'
import { Section } from './page.tsx'
import { Problem } from './states.tsx'

/** What nobody is told of, until when and why; and its end. */
export function SilenceList({ report, mayEnd }: { report: AlertReport; mayEnd: boolean }) {
  const end = useSilence(() => undefined)
  const silences = report.rules.flatMap((rule) => rule.silences.map((silence) => ({ ...silence, rule: rule.id })))
  if (silences.length === 0) return null
  return (
    <Section title="Silenced" note="Judged and shown, and nobody is told">
      {end.isError ? <Problem thrown={end.error} kept="It is still silenced." /> : null}
      <ul className="silence-list small">
        {silences.map(({ rule, subject, until, reason, by }) => {
          const name = `${labelWords(rule)}${subject === '' ? '' : ` of ${subject}`}`
          return (
            <li key={`${rule} ${subject}`}>
              <strong>{name}</strong>
              <span className="silence-reason">
                {reason}
                {by === null ? null : <span className="quiet"> · {by}</span>}
              </span>
              <time className="quiet" dateTime={until} title={exactTime(until)}>
                until {timeWords(until, Date.now())}
              </time>
              {mayEnd ? (
                <Button
                  look="bare"
                  isBusy={end.isPending && end.variables.rule === rule && end.variables.subject === subject}
                  onClick={() => end.mutate({ rule, subject, hours: 0, reason: 'ended' })}
                  aria-label={`Tell again of ${name}`}
                >
                  Tell again
                </Button>
              ) : null}
            </li>
          )
        })}
      </ul>
    </Section>
  )
}
