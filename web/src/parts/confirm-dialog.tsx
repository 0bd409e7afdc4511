import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Problem } from './states.tsx'

interface ConfirmProps {
  title: string
  /** What the button does that goes ahead, as a verb. */
  verb: string
  /** The way back. */
  back?: string
  /** What is still as it was when it failed. */
  kept?: string
  /** How the asked-for change stands. */
  change: { isError: boolean; error: unknown; isPending: boolean }
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}

/** The question before something goes that does not come back. */
export function ConfirmDialog(props: ConfirmProps) {
  const { title, verb, back = 'Keep', kept, change, onConfirm, onClose, children } = props
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {change.isError ? <Problem thrown={change.error} {...(kept ? { kept } : {})} /> : null}
      <div className="actions dialog-actions">
        <Button look="danger" isBusy={change.isPending} onClick={onConfirm}>
          {verb}
        </Button>
        <Button onClick={onClose}>{back}</Button>
      </div>
    </Dialog>
  )
}
