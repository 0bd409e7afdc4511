import { useId, useImperativeHandle, useRef, type Ref } from 'react'

export interface CalendarTextHandle {
  /** Marks characters and brings them into view. */
  select(start: number, end: number): void
}

interface TextProps {
  ref: Ref<CalendarTextHandle>
  text: string
  /** Lines with a fault, from 1. */
  faultLines: readonly number[]
  onChange: (text: string) => void
}

/** Lines that stay above what is brought into view. */
const LINES_ABOVE = 4

/** A field for the text of the file, with its lines numbered. */
export function CalendarText({ ref, text, faultLines, onChange }: TextProps) {
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLDivElement>(null)
  const count = text.split('\n').length
  useImperativeHandle(ref, () => ({
    select(start, end) {
      const element = area.current
      if (!element) return
      element.focus()
      element.setSelectionRange(start, end)
      const line = text.slice(0, start).split('\n').length - 1
      const height = Number.parseFloat(getComputedStyle(element).lineHeight)
      element.scrollTop = Math.max(0, (line - LINES_ABOVE) * height)
      element.scrollLeft = 0
    },
  }))
  return (
    <div className="field">
      <label htmlFor={id}>Text of the file</label>
      <div className="calendar-text">
        <div ref={gutter} className="calendar-gutter" aria-hidden="true">
          <pre>{Array.from({ length: count }, (_, at) => at + 1).join('\n')}</pre>
          {[...new Set(faultLines)].map((line) => (
            <i key={line} style={{ top: `calc(8px + ${line - 1} * var(--code-line))` }} />
          ))}
        </div>
        <textarea
          ref={area}
          id={id}
          className="input"
          rows={26}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          maxLength={200_000}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop
          }}
        />
      </div>
    </div>
  )
}
