import { withLocalTimes, type Reader } from '../state/calendar-words.ts'

interface FreezeNoticeProps {
  /** As Sophia words them; none: nothing is frozen. */
  sentences: readonly string[]
  reader: Reader
}

/** That deploys are frozen, in the time of whoever reads. */
export function FreezeNotice({ sentences, reader }: FreezeNoticeProps) {
  if (sentences.length === 0) return null
  return (
    <div className="notice" role="status">
      {sentences.map((sentence) => (
        <p key={sentence}>{withLocalTimes(sentence, reader)}</p>
      ))}
    </div>
  )
}
