import type { Verdict } from '../state/watch-verdict.ts'
import { SignalTag } from './signal.tsx'

/** What is wrong now in one sentence, and what to do. */
export function WatchVerdict({ verdict }: { verdict: Verdict }) {
  const { signal, tag, says, steps, more } = verdict
  return (
    <section className="verdict" aria-label="What is wrong now">
      <p className="verdict-words" aria-live="polite">
        <SignalTag signal={signal}>{tag}</SignalTag>
        <span className="watch-says">{says}</span>
      </p>
      <Steps steps={steps} />
      {more.map((line) => (
        <p key={line} className="small quiet">
          {line}
        </p>
      ))}
    </section>
  )
}

/** What to do, one after the other. */
export function Steps({ steps }: { steps: readonly string[] }) {
  if (steps.length === 0) return null
  return (
    <ol className="watch-steps small">
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  )
}
