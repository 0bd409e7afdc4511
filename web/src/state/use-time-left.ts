import { useEffect, useState } from 'react'

/** Milliseconds until then, told anew each second; null when there is no such time. */
export function useTimeLeft(until: string | null): number | null {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    if (until === null) return
    const timer = setInterval(() => setNowMs(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [until])
  return until === null ? null : Date.parse(until) - nowMs
}
