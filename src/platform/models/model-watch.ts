import type { ModelCall } from './model-chain.ts'

/** How the models do, as far as the last call showed. */
export interface ModelObservation {
  readonly state: 'ok' | 'degraded' | 'not_configured' | 'unknown'
  readonly detail: string
}

/** Remembers how the last call of a model went; before the first one nothing is known. */
export function createModelWatch(label: string) {
  let last: ModelCall | undefined
  return {
    onCall: (call: ModelCall) => {
      last = call
    },
    observe: (): ModelObservation => {
      if (!last && label === 'playbook')
        return { state: 'not_configured', detail: 'No language model; the playbook answers.' }
      if (!last) return { state: 'unknown', detail: `${label} was not called yet.` }
      if (last.status === 'ok') return { state: 'ok', detail: `${last.provider}/${last.model} answered the last call.` }
      return { state: 'degraded', detail: `${last.provider}/${last.model}: ${last.status} at the last call.` }
    },
  }
}
