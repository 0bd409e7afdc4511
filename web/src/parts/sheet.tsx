import { useEffect, useRef, type ReactNode } from 'react'
import { useKeys } from '../state/use-keys.ts'
import { IconButton } from './button.tsx'

interface SheetProps {
  label: string
  onClose: () => void
  /** Buttons in the head, before the closing one. */
  tools?: ReactNode
  children: ReactNode
}

/** A side sheet: the list behind stays usable, so it is not modal. Takes the focus when it opens and gives it back. */
export function Sheet({ label, onClose, tools, children }: SheetProps) {
  const element = useRef<HTMLDivElement>(null)
  useKeys({ Escape: onClose })
  useEffect(() => {
    const before = document.activeElement
    element.current?.focus({ preventScroll: true })
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <div ref={element} className="sheet" role="dialog" aria-label={label} tabIndex={-1}>
      <div className="sheet-tools">
        {tools}
        <IconButton icon="close" label="Close" onClick={onClose} />
      </div>
      <div className="sheet-body">{children}</div>
    </div>
  )
}
