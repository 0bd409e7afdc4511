import { useRef, useState, type DragEvent } from 'react'
import { Button } from './button.tsx'
import { Icon } from './icons.tsx'

export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const [isOver, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const take = (files: FileList | null): void => {
    const file = files?.[0]
    if (file) onFile(file)
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files)
  }
  const hold = (event: DragEvent): void => {
    event.preventDefault()
    setOver(true)
  }
  return (
    <div
      className={isOver ? 'drop is-over' : 'drop'}
      onDragOver={hold}
      onDragEnter={hold}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="import" size={28} />
      <p className="drop-title">Drop a CSV file or a call here</p>
      <p className="quiet small">
        Clients, contacts, deals, activities, usage, invoices, tickets, reps, products or transcripts. Sophia proposes
        which.
      </p>
      <Button look="accent" onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        className="unseen"
        type="file"
        accept=".csv,.tsv,.txt,.vtt,.json,text/csv"
        aria-label="File to import"
        tabIndex={-1}
        onChange={(event) => take(event.target.files)}
      />
    </div>
  )
}
