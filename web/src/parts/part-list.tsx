import type { Health } from '#contract/operations.ts'
import { msWords } from '../state/server-words.ts'
import { orderParts, partLook, partWords } from '../state/watch-words.ts'
import { Since } from './server-times.tsx'
import { SignalTag, Tag } from './signal.tsx'

interface PartListProps {
  parts: Health['components']
  /** On the server's clock; null: not known. */
  nowMs: number | null
  skewMs: number
}

/** What this process stands on: how each part is, since when, and what its last look found. */
export function PartList({ parts, nowMs, skewMs }: PartListProps) {
  return (
    <ul className="part-list small">
      {orderParts(parts).map(([name, part]) => {
        const { signal, words } = partLook(part, nowMs)
        return (
          <li key={name} className="part-row">
            <strong>{partWords(name)}</strong>
            {part.status === 'not_configured' ? <Tag>{words}</Tag> : <SignalTag signal={signal}>{words}</SignalTag>}
            <span className="quiet tabular">
              {part.since === null ? 'not looked at yet' : <Since at={part.since} skewMs={skewMs} />}
            </span>
            <span className="part-detail">
              {part.detail}
              {part.latencyMs !== undefined && part.latencyMs > 0 ? (
                <span className="quiet tabular"> {msWords(part.latencyMs)}</span>
              ) : null}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
