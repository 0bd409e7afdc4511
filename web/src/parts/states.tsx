import { useState, type ReactNode } from 'react'
import { toApiProblem } from '../api/api-problem.ts'
import { Button } from './button.tsx'
import { Icon } from './icons.tsx'

/** One sentence, one action, a hint of what will be here. */
export function Empty({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {hint ? <p className="quiet small">{hint}</p> : null}
      {children ? <div className="actions">{children}</div> : null}
    </div>
  )
}

interface ProblemProps {
  readonly thrown: unknown
  readonly onRetry?: () => void
  readonly isRetrying?: boolean
  readonly kept?: string
}

/** What happened, what was kept, what to do; with the id under which it was logged. */
export function Problem({ thrown, onRetry, isRetrying = false, kept }: ProblemProps) {
  const problem = toApiProblem(thrown)
  // Who may not today may not on a second try.
  const canRetry = onRetry !== undefined && problem.status !== 403
  return (
    <div className="problem" role="alert">
      <Icon name="warning" />
      <div className="problem-body">
        <p className="problem-title">{problem.message}</p>
        {problem.errors.length > 0 ? (
          <ul className="problem-list">
            {problem.errors.map((fault) => (
              <li key={`${fault.path} ${fault.message}`}>
                <code>{fault.path}</code> {fault.message}
              </li>
            ))}
          </ul>
        ) : null}
        {kept ? <p className="small quiet">{kept}</p> : null}
        <div className="actions">
          {canRetry ? (
            <Button onClick={onRetry} icon="again" isBusy={isRetrying}>
              Try again
            </Button>
          ) : null}
          {problem.correlationId ? <CopyId id={problem.correlationId} /> : null}
        </div>
      </div>
    </div>
  )
}

function CopyId({ id }: { id: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = (): void => {
    // A refused clipboard leaves the id on screen, where it can be marked by hand.
    navigator.clipboard.writeText(id).then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <button type="button" className="copy-id" onClick={copy} title="Copy the correlation id">
      <span className="mono tiny">{id}</span>{' '}
      <span className="tiny copy-id-word">{isCopied ? 'Copied' : 'Copy id'}</span>
    </button>
  )
}

/** Shown only before anything was ever loaded; later the old content stays, dimmed. */
export function Skeleton({ lines = 6, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className={`skeleton-line skeleton-${index % 4}`} />
      ))}
    </div>
  )
}

export interface Asked<Data> {
  readonly data: Data | undefined
  readonly error: unknown
  readonly isError: boolean
  readonly isPlaceholderData?: boolean
  readonly isFetching?: boolean
  readonly isPaused?: boolean
  readonly refetch: () => Promise<unknown>
}

/** The states of what was asked for: content as soon as there is any, an error only when there is none. */
export function Loaded<Data>({
  asked,
  lines,
  children,
}: {
  asked: Asked<Data>
  lines?: number
  children: (data: Data) => ReactNode
}) {
  const again = { onRetry: () => void asked.refetch(), isRetrying: asked.isFetching ?? false }
  if (asked.data !== undefined) {
    // A lost line has its own line at the top; a second word about it would only push away what is being read.
    const isWorthAWord = asked.isError && toApiProblem(asked.error).status !== 0
    return (
      <div
        className={asked.isPlaceholderData ? 'loaded is-stale' : 'loaded'}
        aria-busy={asked.isPlaceholderData || undefined}
      >
        {isWorthAWord ? <Problem thrown={asked.error} kept="What you see is what was loaded last." {...again} /> : null}
        {children(asked.data)}
      </div>
    )
  }
  if (asked.isError) return <Problem thrown={asked.error} {...again} />
  if (asked.isPaused) return <p className="quiet">Not loaded yet. It comes by itself when you are online again.</p>
  return <Skeleton {...(lines === undefined ? {} : { lines })} />
}

export function Progress({ value, label }: { value: number | null; label: string }) {
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(value === null ? {} : { 'aria-valuenow': Math.round(value * 100) })}
    >
      <div
        className={value === null ? 'progress-part is-unsure' : 'progress-part'}
        style={value === null ? {} : { width: `${Math.min(100, value * 100)}%` }}
      />
    </div>
  )
}
