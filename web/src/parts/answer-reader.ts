import { useEffect, useState, type ComponentType } from 'react'
import { ahead } from '../state/ahead.ts'

type Reader = ComponentType<{ text: string }>

let known: Reader | null = null
const load = ahead(async () => {
  const { AnswerText } = await import('./answer-text.tsx')
  known = AnswerText
  return known
})

/**
 * The reader of Markdown, which the first paint does not need; null until it is here. Suspense would keep what is drawn with
 * it back for a moment even when it is: what stands below would then be drawn first, and pushed away.
 */
export function useAnswerReader(): Reader | null {
  const [reader, setReader] = useState<Reader | null>(() => known)
  useEffect(() => {
    if (reader) return
    load().then(
      (found) => setReader(() => found),
      (fault: unknown) =>
        setReader(() => {
          throw fault
        }),
    )
  }, [reader])
  return reader
}
