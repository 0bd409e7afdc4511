import { agoWords, countdownWords, forWords } from '../state/server-words.ts'
import { useTimed } from '../state/use-now.ts'
import { exactTime } from '../state/words.ts'

interface TimedProps {
  at: string
  /** How far the server's clock is ahead of this one. */
  skewMs: number
}

export function Countdown({ at, skewMs }: TimedProps) {
  const words = useTimed((now) => countdownWords(Date.parse(at) - now - skewMs))
  return (
    <time dateTime={at} title={exactTime(at)}>
      {words}
    </time>
  )
}

export function Ago({ at, skewMs }: TimedProps) {
  const words = useTimed((now) => agoWords(now + skewMs - Date.parse(at)))
  return (
    <time dateTime={at} title={exactTime(at)}>
      {words}
    </time>
  )
}

export function Since({ at, skewMs }: TimedProps) {
  const words = useTimed((now) => forWords(now + skewMs - Date.parse(at)))
  return (
    <time dateTime={at} title={exactTime(at)}>
      {words}
    </time>
  )
}
