import type { ModelCall } from './model-chain.ts'

/** How the models do, as far as the last calls showed. */
export interface ModelObservation {
  readonly state: 'ok' | 'degraded' | 'not_configured' | 'unknown'
  readonly detail: string
}

/**
 * Remembers how the last call of each model went; before the first one nothing is known. One that failed stays so until it answers,
 * also while another answers in its place: that nobody is left without an answer must not hide that it is away.
 */
export function createModelWatch(label: string) {
  const lastOf = new Map<string, ModelCall>()
  return {
    onCall: (call: ModelCall) => {
      const name = `${call.provider}/${call.model}`
      // Deleted first, so that the newest stands last.
      lastOf.delete(name)
      lastOf.set(name, call)
    },
    observe: (): ModelObservation => {
      const last = [...lastOf.values()].at(-1)
      if (!last && label === 'playbook')
        return { state: 'not_configured', detail: 'No language model; the playbook answers.' }
      if (!last) return { state: 'unknown', detail: `${label} was not called yet.` }
      const failing = [...lastOf].filter(([, { status }]) => status !== 'ok')
      const answered = `${last.provider}/${last.model} answered the last call.`
      if (failing.length === 0) return { state: 'ok', detail: answered }
      const says = failing.map(([name, { status }]) => `${name}: ${status} at its last call.`)
      return { state: 'degraded', detail: [...says, ...(last.status === 'ok' ? [answered] : [])].join(' ') }
    },
  }
}
