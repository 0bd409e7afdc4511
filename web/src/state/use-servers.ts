import { useIsMutating, useMutation, useQueryClient } from '@tanstack/react-query'
import {
  ProbeAnswer,
  ServerRecord,
  SignedOut,
  SignInStart,
  ToolAnswer,
  ToolList,
  type NewServer,
  type ServerChange,
  type Tool,
} from '#contract/mcp.ts'
import { call, command } from '../api/client.ts'

const part = encodeURIComponent

/** What is known of connections is asked again after each of these. */
function useChange<Given, Answer>(act: (given: Given) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: act, onSuccess: () => client.invalidateQueries({ queryKey: ['mcp'] }) })
}

export const useAddServer = () =>
  useChange((body: NewServer) => call(ServerRecord, '/api/mcp/servers', { method: 'POST', json: body }))

export const useChangeServer = (id: string) =>
  useChange((change: ServerChange) =>
    call(ServerRecord, `/api/mcp/servers/${part(id)}`, { method: 'PATCH', json: change }),
  )

const removal = (id: string) => ['mcp', 'remove', id]

/** `onRemoved` runs also when what asked for the removal left the screen with it. */
export function useRemoveServer(id: string, onRemoved: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationKey: removal(id),
    mutationFn: () => command(`/api/mcp/servers/${part(id)}`, { method: 'DELETE' }),
    onSuccess: () => {
      onRemoved()
      return client.invalidateQueries({ queryKey: ['mcp'] })
    },
  })
}

/** True from when the removal is asked for: what goes is not asked about any more. */
export const useIsRemoving = (id: string): boolean => useIsMutating({ mutationKey: removal(id) }) > 0

export const useProbe = (id: string) =>
  useChange(() => call(ProbeAnswer, `/api/mcp/status/${part(id)}/probe`, { method: 'POST' }))

/** Approves these tools as they were looked at: one that changed again since stays as it was. */
export const useApprove = (id: string) =>
  useChange((tools: readonly Tool[]) => {
    const hashes = Object.fromEntries(tools.map(({ tool, hash }) => [tool, hash]))
    const json = { tools: tools.map(({ tool }) => tool), hashes }
    return call(ToolList, `/api/mcp/servers/${part(id)}/approve`, { method: 'POST', json })
  })

/** Leaves for the page on which one signs in; it leads back here. */
export const useSignIn = (id: string) =>
  useMutation({
    mutationFn: async () => {
      const { url } = await call(SignInStart, `/api/mcp/servers/${part(id)}/sign-in`, { method: 'POST' })
      // The address comes from the far end: only a page may be gone to, never a script.
      if (!/^https?:$/.test(new URL(url).protocol)) throw new Error('not an address of a page')
      window.location.assign(url)
    },
  })

export const useSignOut = (id: string) =>
  useChange(() => call(SignedOut, `/api/mcp/servers/${part(id)}/sign-in`, { method: 'DELETE' }))

/** Tries a tool that only reads; nothing is remembered of it. */
export const useTryTool = (name: string) =>
  useMutation({
    mutationFn: (input: Record<string, unknown>) =>
      call(ToolAnswer, `/api/mcp/tools/${part(name)}/call`, { method: 'POST', json: { input } }),
  })
