import { QueryCache, QueryClient } from '@tanstack/react-query'
import { toApiProblem } from '../api/api-problem.ts'
import { createConnectionStore } from './connection.ts'
import { createOutbox } from './outbox.ts'
import { createReconnector } from './reconnect.ts'
import { wait } from './wait.ts'

/** What lives as long as the page: one of each. */
export const connection = createConnectionStore(navigator.onLine)
export const outbox = createOutbox(openStorage(), Date.now)
export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (thrown) => {
      if (toApiProblem(thrown).status === 0) lose()
    },
    onSuccess: () => {
      connection.setReached(true)
      reconnector.found()
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, thrown) => {
        const { status, isTransient } = toApiProblem(thrown)
        if (status === 0) lose()
        return isTransient && count < 3
      },
      retryDelay: (count, thrown) => toApiProblem(thrown).retryAfterMs ?? Math.min(4000, 400 * 2 ** count),
    },
  },
})

const reconnector = createReconnector({
  // Who one is is always on screen; so there is something to ask even after the page that failed was left.
  askAgain: () =>
    queries.refetchQueries(
      {
        type: 'active',
        predicate: ({ state, queryKey }) =>
          queryKey[0] === 'me' || (state.error !== null && toApiProblem(state.error).status === 0),
      },
      { cancelRefetch: false },
    ),
  wait: (ms) => wait(ms, new AbortController().signal),
})

/** Said at the first request without an answer, not only when its repetitions had none either. */
function lose(): void {
  connection.setReached(false)
  reconnector.lost()
}

window.addEventListener('online', () => connection.setNetwork(true))
window.addEventListener('offline', () => connection.setNetwork(false))

function openStorage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    // Some private windows close it; questions then live only as long as the page.
    return null
  }
}
