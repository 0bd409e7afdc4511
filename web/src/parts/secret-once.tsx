import { useState } from 'react'
import { Button } from './button.tsx'

/** Something that is shown this once and can never be read again. */
export function SecretOnce({
  label,
  secret,
  note,
  onDone,
}: {
  label: string
  secret: string
  note: string
  onDone: () => void
}) {
  const [state, setState] = useState<'fresh' | 'copied' | 'refused'>('fresh')
  const copy = (): void => {
    navigator.clipboard.writeText(secret).then(
      () => setState('copied'),
      () => setState('refused'),
    )
  }
  return (
    <section className="secret" role="status" aria-label={label}>
      <h2>{label}</h2>
      <p className="small">{note}</p>
      <div className="secret-line">
        <input
          className="input mono"
          readOnly
          value={secret}
          aria-label={label}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button look="accent" icon={state === 'copied' ? 'check' : 'copy'} onClick={copy}>
          {state === 'copied' ? 'Copied' : 'Copy'}
        </Button>
        <Button onClick={onDone}>I have kept it</Button>
      </div>
      {state === 'refused' ? (
        <p className="small">The browser refused the clipboard. Mark the text and copy it by hand.</p>
      ) : null}
    </section>
  )
}
