import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { Memory, type MemoryChange } from '#contract/memory.ts'
import { call, command } from '../api/client.ts'

/** Remembered things move numbers, so everything on screen is asked for again after a change. */
function useRefresh() {
  const client = useQueryClient()
  return () => client.invalidateQueries()
}

export function useChangeMemory(id: string) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (change: z.input<typeof MemoryChange>) =>
      call(Memory, `/api/memories/${id}`, { method: 'PATCH', json: change }),
    onSuccess: refresh,
  })
}

export function useForgetMemory(id: string) {
  const refresh = useRefresh()
  return useMutation({ mutationFn: () => command(`/api/memories/${id}`, { method: 'DELETE' }), onSuccess: refresh })
}

/** Takes back the last thing that happened to it: an addition is forgotten, a forgotten one is back. */
export function useUndoMemory(id: string) {
  const refresh = useRefresh()
  return useMutation({ mutationFn: () => command(`/api/memories/${id}/undo`, { method: 'POST' }), onSuccess: refresh })
}
