import { useMutation, useQueryClient } from '@tanstack/react-query'
import { AlertTrial } from '#contract/watch.ts'
import { call, command } from '../api/client.ts'

export interface SilenceToSet {
  readonly rule: string
  /** Empty: all alerts of the rule. */
  readonly subject: string
  /** 0 ends it. */
  readonly hours: number
  readonly reason: string
}

/** Keeps a rule from being told, or ends that; what is known is asked again. */
export function useSilence(onDone: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ rule, ...json }: SilenceToSet) =>
      command(`/api/alerts/${encodeURIComponent(rule)}/silence`, { method: 'POST', json }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['watch', 'alerts'] })
      onDone()
    },
  })
}

/** Sends a message for trial by every way that is set up. */
export const useTryChannels = () =>
  useMutation({ mutationFn: () => call(AlertTrial, '/api/alerts/try', { method: 'POST' }) })
