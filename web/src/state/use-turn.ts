import { useEffect, useState } from 'react'
import { openTurnEvents } from '../api/turn-events-source.ts'
import { readTurn, type Reading } from '../api/turn-stream.ts'
import { connection } from './house.ts'
import { wait } from './wait.ts'

/** Text grows no faster than the eye reads; every event would cost a rendering of its own. */
const PAINT_MS = 60

/** Follows a turn to its end, through lost connections. Null without a turn. */
export function useTurn(turnId: string | null): Reading | null {
  const [shown, setShown] = useState<{ turnId: string; reading: Reading } | null>(null)
  useEffect(() => {
    if (turnId === null) return
    const stop = new AbortController()
    let latest: Reading | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    const paint = (): void => {
      timer = undefined
      if (latest) setShown({ turnId, reading: latest })
    }
    const onReading = (reading: Reading): void => {
      latest = reading
      connection.setResuming(turnId, reading.state === 'resuming')
      if (reading.state === 'ended' || reading.state === 'expired') paint()
      else timer ??= setTimeout(paint, PAINT_MS)
    }
    void readTurn({ turnId, open: openTurnEvents, signal: stop.signal, wait, onReading })
    return () => {
      stop.abort()
      clearTimeout(timer)
      connection.setResuming(turnId, false)
    }
  }, [turnId])
  return shown?.turnId === turnId ? shown.reading : null
}
