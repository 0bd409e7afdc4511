import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { StatusEvent } from '#contract/mcp.ts'
import { connection } from './house.ts'
import { createThrottle, followEvents, openEvents } from './event-line.ts'
import { wait } from './wait.ts'

type Change = Extract<StatusEvent, { type: 'state-change' }>

const LEAST_BETWEEN_MS = 1000
const LINE = 'connections'
const openLine = openEvents(
  '/api/mcp/status/stream',
  StatusEvent.options.map((option) => option.shape.type.value),
)
const parse = (data: unknown): StatusEvent => StatusEvent.parse(data)

/** Follows what happens to connections while the page is open; gives the last change of a state. */
export function useStatusStream(): Change | null {
  const client = useQueryClient()
  const [change, setChange] = useState<Change | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    const status = createThrottle(
      LEAST_BETWEEN_MS,
      () => void client.invalidateQueries({ queryKey: ['mcp', 'status'] }),
    )
    const offers = createThrottle(LEAST_BETWEEN_MS, () => {
      void client.invalidateQueries({ queryKey: ['mcp', 'servers'] })
      void client.invalidateQueries({ queryKey: ['mcp', 'tools'] })
    })
    const onEvent = (event: StatusEvent): void => {
      status.ask()
      if (event.type === 'drift' || event.type === 'servers-changed') offers.ask()
      if (event.type === 'state-change') setChange(event)
    }
    const onLine = (isUp: boolean): void => {
      connection.setResuming(LINE, !isUp)
      // What happened while nobody listened.
      if (isUp) status.ask()
    }
    void followEvents({ open: openLine, parse, onEvent, onLine, wait }, stop.signal)
    return () => {
      stop.abort()
      status.stop()
      offers.stop()
      connection.setResuming(LINE, false)
    }
  }, [client])
  return change
}
