import { useEffect, useId, useRef, type ReactNode } from 'react'
import { IconButton } from './button.tsx'

interface DialogProps {
  title: string
  onClose: () => void
  place?: 'centre' | 'top' | 'bottom'
  /** The palette draws its own head. */
  isBare?: boolean
  children: ReactNode
}

/** A modal: the browser's own dialog, which holds the focus, closes by Escape and gives the focus back. */
export function Dialog({ title, onClose, place = 'centre', isBare = false, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = element.current
    const before = document.activeElement
    dialog?.showModal()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element}
      className={`dialog dialog-${place}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose()
      }}
    >
      <div className="dialog-body">
        <header className={isBare ? 'unseen' : 'dialog-head'}>
          <h2 id={titleId}>{title}</h2>
          {isBare ? null : <IconButton icon="close" label="Close" onClick={onClose} />}
        </header>
        {children}
      </div>
    </dialog>
  )
}
