import { useEffect, type ReactNode } from 'react'

interface PageProps {
  title: string
  /** A line under the title: counts, the day the data speaks for. */
  note?: ReactNode
  /** A second line under the title: how old what was copied from elsewhere is. */
  sources?: ReactNode
  actions?: ReactNode
  /** `wide` for tables; reading text stays narrow. */
  width?: 'text' | 'page' | 'wide'
  children: ReactNode
}

export function Page({ title, note, sources, actions, width = 'page', children }: PageProps) {
  useTitle(title)
  return (
    <div className={`page page-${width}`}>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {note ? <p className="page-note">{note}</p> : null}
          {sources}
        </div>
        {actions ? <div className="actions">{actions}</div> : null}
      </header>
      {children}
    </div>
  )
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Sophia`
  }, [title])
}

export function Section({
  title,
  note,
  actions,
  children,
}: {
  title: string
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="section">
      <header className="section-head">
        <h2>{title}</h2>
        {note ? <span className="quiet small">{note}</span> : null}
        {actions ? <div className="section-actions">{actions}</div> : null}
      </header>
      {children}
    </section>
  )
}
