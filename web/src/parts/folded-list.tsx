import { useEffect, useRef, useState, type ReactNode } from 'react'
import { countWords } from '../state/words.ts'

interface FoldedListProps {
  readonly className: string
  /** As many stand on a small screen before one asks for the rest; the style sheet hides the others there. */
  readonly shown: number
  readonly children: readonly ReactNode[]
}

/** A list that is short on a phone until its rest is asked for, and whole everywhere else. */
export function FoldedList({ className, shown, children }: FoldedListProps) {
  const [isWhole, setWhole] = useState(false)
  const list = useRef<HTMLUListElement>(null)
  const folded = children.length - shown
  useEffect(() => {
    // The button is gone: the focus goes on where the list does.
    if (isWhole) list.current?.children[shown]?.querySelector<HTMLElement>('a, button')?.focus()
  }, [isWhole, shown])
  return (
    <>
      <ul ref={list} className={isWhole ? className : `${className} is-folded`}>
        {children}
      </ul>
      {folded > 0 && !isWhole ? (
        <button type="button" className="text-link small fold" onClick={() => setWhole(true)}>
          Show {countWords(folded)} more here
        </button>
      ) : null}
    </>
  )
}
