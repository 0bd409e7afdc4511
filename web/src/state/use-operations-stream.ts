import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { OperationsEvent } from '#contract/watch.ts'
import { createThrottle, followEvents, openEvents } from './event-line.ts'
import { wait } from './wait.ts'

/** What is stored each ten seconds need not be drawn more often. */
const FIGURES_EACH_MS = 10_000
const LEAST_BETWEEN_MS = 1000
/** What is asked for already is waited for: a slow answer would else never come. */
const NOT_ANEW = { cancelRefetch: false }
const openLine = openEvents('/api/operations/stream', OperationsEvent.shape.type.options)
const parse = (data: unknown): OperationsEvent => OperationsEvent.parse(data)

/** Asks again for what has become another while the page is in sight; true while the server says so by itself. */
export function useOperationsStream(): boolean {
  const client = useQueryClient()
  const [isUp, setUp] = useState(false)
  useEffect(() => {
    const again = (queryKey: readonly string[], spanMs: number) =>
      createThrottle(spanMs, () => {
        // A page that nobody sees asks for nothing; it asks for all when it is seen again.
        if (document.visibilityState === 'visible') void client.invalidateQueries({ queryKey }, NOT_ANEW)
      })
    const alerts = again(['watch', 'alerts'], LEAST_BETWEEN_MS)
    const health = again(['system', 'health'], LEAST_BETWEEN_MS)
    const figures = again(['watch', 'operations'], FIGURES_EACH_MS)
    const all = [alerts, health, figures]
    const askAll = (): void => {
      for (const throttle of all) throttle.ask()
    }
    const onEvent = ({ type }: OperationsEvent): void => {
      if (type === 'round') askAll()
      else (type === 'alerts' ? alerts : health).ask()
    }
    const onLine = (isNowUp: boolean): void => {
      setUp(isNowUp)
      // What happened while nobody listened.
      if (isNowUp) askAll()
    }
    // A browser has few connections for one host: a page that nobody sees holds none.
    let line = new AbortController()
    const follow = (): void => {
      line.abort()
      line = new AbortController()
      if (document.visibilityState === 'visible')
        void followEvents({ open: openLine, parse, onEvent, onLine, wait }, line.signal)
      else setUp(false)
    }
    document.addEventListener('visibilitychange', follow)
    follow()
    return () => {
      line.abort()
      document.removeEventListener('visibilitychange', follow)
      for (const throttle of all) throttle.stop()
    }
  }, [client])
  return isUp
}
