import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { explanationQuery } from '../api/calendar-queries.ts'
import {
  freshWords,
  keyWords,
  partPolicies,
  valueWords,
  verdictWords,
  withLocalTimes,
  type FreshDemand,
  type Policy,
  type PolicyStep,
  type Reader,
} from '../state/calendar-words.ts'
import { plural } from '../state/words.ts'
import { Tag } from './signal.tsx'
import { Loaded } from './states.tsx'
import { WithCode } from './with-code.tsx'

interface PoliciesProps {
  policies: readonly Policy[]
  at: string | null
  reader: Reader
}

/** What the calendar moves at an instant, by whose word; what nothing here goes by; and what it leaves as it is. */
export function CalendarPolicies({ policies, at, reader }: PoliciesProps) {
  const { moved, unused, still } = partPolicies(policies)
  const rows = (some: readonly Policy[]) => (
    <ul>
      {some.map((policy) => (
        <PolicyRow key={policy.key} policy={policy} at={at} reader={reader} />
      ))}
    </ul>
  )
  return (
    <div className="holds-policies">
      <h3>What is moved</h3>
      {moved.length === 0 ? <p className="quiet small">Nothing is moved then.</p> : rows(moved)}
      {unused.length > 0 ? (
        <details className="form-more">
          <summary>{plural(unused.length, 'key')} spoken of that nothing here goes by yet</summary>
          {rows(unused)}
        </details>
      ) : null}
      {still.length > 0 ? (
        <details className="form-more">
          <summary>{plural(still.length, 'key')} as without the calendar</summary>
          {rows(still)}
        </details>
      ) : null}
    </div>
  )
}

function PolicyRow({ policy, at, reader }: { policy: Policy; at: string | null; reader: Reader }) {
  const { key, steps, fresh } = policy
  const [isOpen, setOpen] = useState(false)
  const words = keyWords(key)
  return (
    <li className="policy">
      <div className="policy-head">
        <p className="policy-name">
          {words ? <span>{words}</span> : null}
          <code className="tiny quiet">{key}</code>
        </p>
        <PolicyValue policy={policy} />
      </div>
      {steps.length > 0 ? (
        <ul className="policy-steps">
          {steps.map((step, place) => (
            // Two settings of one policy may say the same on one line.
            <Step key={place} step={step} policy={policy} />
          ))}
        </ul>
      ) : null}
      {fresh.length > 0 ? (
        <ul className="policy-steps">
          {fresh.map((demand) => (
            <Fresh key={`${demand.from} ${demand.source.line}`} demand={demand} reader={reader} />
          ))}
        </ul>
      ) : null}
      <details className="policy-why" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="small" aria-label={`Explain ${key}`}>
          Explain
        </summary>
        {isOpen ? <Why policyKey={key} at={at} reader={reader} /> : null}
      </details>
    </li>
  )
}

function PolicyValue({ policy: { base, value, unit, isUsed, isMoving, steps } }: { policy: Policy }) {
  if (!isUsed) return <Tag>Nothing goes by it yet</Tag>
  const isMoved = steps.length > 0 && JSON.stringify(base) !== JSON.stringify(value)
  return (
    <p className="policy-value tabular">
      <strong>{valueWords(value, unit)}</strong>
      {isMoved ? <span className="small quiet"> instead of {valueWords(base, unit)}</span> : null}
      {isMoving ? <span className="small quiet">, on its way</span> : null}
    </p>
  )
}

function Step({ step, policy }: { step: PolicyStep; policy: Policy }) {
  const { label, says, value, priority, source, factor, isDecisive } = step
  const result = policy.isUsed && factor !== null ? `, which makes ${valueWords(value, policy.unit)}` : ''
  return (
    <li className={isDecisive ? 'policy-step' : 'policy-step is-overruled'}>
      <p className="small">
        <strong>{label}</strong> says <span className="tabular">{says}</span>
        {result}
      </p>
      <p className="tiny quiet">
        {verdictWords(step, policy.steps)}; priority {priority}; {source.file}, line {source.line}
      </p>
    </li>
  )
}

function Fresh({ demand, reader }: { demand: FreshDemand; reader: Reader }) {
  const { label, source } = demand
  return (
    <li className="policy-fresh">
      <p className="small">
        <strong>{label}</strong> <span className="tabular">{freshWords(demand, reader)}</span>
      </p>
      <p className="tiny quiet">
        Nothing kept from before is given in it; {source.file}, line {source.line}
      </p>
    </li>
  )
}

function Why({ policyKey, at, reader }: { policyKey: string; at: string | null; reader: Reader }) {
  const explained = useQuery(explanationQuery(policyKey, at))
  return (
    <Loaded asked={explained} lines={3}>
      {({ sentences }) => (
        <ul className="policy-sentences small">
          {sentences.map((sentence) => (
            <li key={sentence}>
              <WithCode text={withLocalTimes(sentence, reader)} />
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  )
}
