import { useSyncExternalStore } from 'react'
import { connection } from '../state/house.ts'

const WORDS = {
  offline: { what: 'You are offline.', more: ' What you read stays here; what you send waits.' },
  resuming: { what: 'The line was lost. Resuming where it stopped.', more: '' },
} as const

export function ConnectionLine() {
  const state = useSyncExternalStore(connection.subscribe, connection.read)
  return (
    <div className={`line-state line-${state}`} role="status">
      {state === 'online' ? null : (
        <span>
          {WORDS[state].what}
          <span className="line-more">{WORDS[state].more}</span>
        </span>
      )}
    </div>
  )
}
