import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Button } from './button.tsx'

interface ComposerProps {
  name: string
  /** Words put there for the writer: a refused question, a suggestion. */
  startText?: string
  isBusy?: boolean
  onSend: (text: string) => void
  /** Shown in place of the sending button while an answer comes. */
  stop?: ReactNode
  note?: ReactNode
}

const LONGEST = 32_000

export function Composer({ name, startText = '', isBusy = false, onSend, stop, note }: ComposerProps) {
  const [text, setText] = useState(startText)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    // A phone's keyboard would cover the page that the reader came for.
    if (window.matchMedia('(hover: hover)').matches) field.current?.focus({ preventScroll: true })
  }, [])
  useEffect(() => {
    if (startText !== '') setText(startText)
  }, [startText])
  const words = text.trim()
  const canSend = words !== '' && words.length <= LONGEST && !isBusy && !stop
  const send = (): void => {
    if (!canSend) return
    onSend(words)
    setText('')
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-label={`Ask ${name}`}
        placeholder={`Ask ${name}`}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
      />
      <div className="composer-foot">
        {words.length > LONGEST ? (
          <span className="tiny risk-text">{words.length - LONGEST} characters too long</span>
        ) : (
          <span className="tiny quiet composer-note">{note}</span>
        )}
        {stop ?? (
          <Button type="submit" look="accent" icon="send" isBusy={isBusy} disabled={!canSend}>
            Send
          </Button>
        )}
      </div>
    </form>
  )
}
