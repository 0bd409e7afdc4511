import { useState } from 'react'
import type { AssembledProgress } from '#contract/turn-assembly.ts'
import { figureText } from '../state/figure-text.ts'
import type { RowRef } from '../state/side.ts'
import { useSide } from '../state/side.ts'
import { labelWords, plural, progressWords, withDayWords } from '../state/words.ts'
import { Icon } from './icons.tsx'

export interface ShownCall {
  readonly callId: string
  readonly tool: string
  readonly input: unknown
  readonly state: 'running' | 'approval' | 'question' | 'ok' | 'failed'
  readonly summary: string
  readonly progress?: AssembledProgress | null
}

/** A skill at work, as one quiet line that opens to what went in and what came out. */
export function CallCard({ call, sources }: { call: ShownCall; sources: readonly RowRef[] }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <div className={`call call-${call.state}`}>
      <button type="button" className="call-head" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <CallState state={call.state} />
        <span className="call-name">{labelWords(call.tool)}</span>
        <span className="call-summary truncate">
          {withDayWords(call.summary) || (call.state === 'running' ? progressWords(call.progress ?? null) : '')}
        </span>
        <Icon name={isOpen ? 'up' : 'down'} size={16} />
      </button>
      {call.state === 'running' && call.progress ? <Progress {...call.progress} /> : null}
      {isOpen ? <CallBody call={call} sources={sources} /> : null}
    </div>
  )
}

/** As the server tells it; without a total it has no end that could be drawn. */
function Progress({ progress, total }: AssembledProgress) {
  if (total === null || total <= 0) return null
  return <progress className="call-progress" max={total} value={Math.min(progress, total)} aria-label="How far it is" />
}

function CallBody({ call, sources }: { call: ShownCall; sources: readonly RowRef[] }) {
  const { showEvidence } = useSide()
  return (
    <div className="call-body">
      <p className="call-label">Asked with</p>
      <InputFacts input={call.input} />
      {call.summary ? (
        <>
          <p className="call-label">Found</p>
          <p>{withDayWords(call.summary)}</p>
        </>
      ) : null}
      {sources.length > 0 ? (
        <button
          type="button"
          className="text-link small"
          onClick={() => showEvidence({ title: labelWords(call.tool), rows: sources })}
        >
          Open {plural(sources.length, 'row')}
        </button>
      ) : null}
    </div>
  )
}

export function InputFacts({ input }: { input: unknown }) {
  const entries = typeof input === 'object' && input !== null ? Object.entries(input) : []
  if (entries.length === 0) return <p className="quiet small">No input: everything you may see.</p>
  return (
    <dl className="call-input">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{labelWords(name)}</dt>
          <dd>{figureText(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function CallState({ state }: { state: ShownCall['state'] }) {
  if (state === 'running') return <span className="spinner" role="img" aria-label="Running" />
  const [icon, label] =
    state === 'ok'
      ? (['check', 'Done'] as const)
      : state === 'failed'
        ? (['warning', 'Failed'] as const)
        : (['clock', 'Waits for you'] as const)
  return (
    <span className="call-state" role="img" aria-label={label}>
      <Icon name={icon} size={16} />
    </span>
  )
}
