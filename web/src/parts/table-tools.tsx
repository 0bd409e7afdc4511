import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { TableView } from '../state/table-view.ts'
import { countWords } from '../state/words.ts'
import { Button, IconButton } from './button.tsx'
import { Icon } from './icons.tsx'

const TYPING_MS = 200

/** Search, filters and the choice of columns above a table. */
export function TableTools({
  view,
  change,
  columns,
  children,
}: {
  view: TableView
  change: (change: Partial<TableView>) => void
  /** null where nothing is shown in columns. */
  columns: readonly { name: string; label: string }[] | null
  children?: ReactNode
}) {
  const hasFilter = view.search !== '' || Object.keys(view.filters).length > 0
  return (
    <div className="table-tools">
      <SearchField value={view.search} onSearch={(search) => change({ search })} />
      {children}
      {hasFilter ? (
        <Button look="bare" onClick={() => change({ search: '', filters: {} })}>
          Clear
        </Button>
      ) : null}
      {columns ? <ColumnChoice view={view} change={change} columns={columns} /> : null}
    </div>
  )
}

export function SearchField({ value, onSearch }: { value: string; onSearch: (search: string) => void }) {
  const [typed, setTyped] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => setTyped(value), [value])
  const type = (text: string): void => {
    setTyped(text)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => onSearch(text.trim()), TYPING_MS)
  }
  return (
    <label className="search-field">
      <Icon name="search" size={16} />
      <span className="unseen">Search</span>
      <input type="search" value={typed} placeholder="Search" onChange={(event) => type(event.target.value)} />
    </label>
  )
}

export function FilterSelect({
  name,
  label,
  options,
  view,
  change,
}: {
  name: string
  label: string
  options: readonly { value: string; label: string }[]
  view: TableView
  change: (change: Partial<TableView>) => void
}) {
  const value = view.filters[name] ?? ''
  return (
    <label className={value ? 'filter is-on' : 'filter'}>
      <span className="unseen">{label}</span>
      <select value={value} onChange={(event) => change({ filters: { ...view.filters, [name]: event.target.value } })}>
        <option value="">{label}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="down" size={14} />
    </label>
  )
}

function ColumnChoice({
  view,
  change,
  columns,
}: {
  view: TableView
  change: (change: Partial<TableView>) => void
  columns: readonly { name: string; label: string }[]
}) {
  const [isOpen, setOpen] = useState(false)
  const turn = (name: string): void => {
    const on = new Set(view.columns)
    if (on.has(name)) on.delete(name)
    else on.add(name)
    change({ columns: columns.map((column) => column.name).filter((column) => on.has(column)) })
  }
  return (
    <div className="menu column-choice" onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}>
      <IconButton icon="columns" label="Columns" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      {isOpen ? (
        <fieldset className="menu-list">
          <legend className="unseen">Columns</legend>
          {columns.map((column, index) => (
            <label key={column.name} className="menu-check">
              <input
                type="checkbox"
                checked={view.columns.includes(column.name)}
                disabled={index === 0}
                onChange={() => turn(column.name)}
              />
              {column.label}
            </label>
          ))}
        </fieldset>
      ) : null}
    </div>
  )
}

/** Where in the list one is, and the ways on; by cursor, so that rows neither repeat nor fall through. */
export function Pager({
  view,
  change,
  shown,
  total,
  nextCursor,
  limit,
}: {
  view: TableView
  change: (change: Partial<TableView>) => void
  shown: number
  total: number
  nextCursor: string | null
  limit: number
}) {
  const first = view.pages.length * limit + 1
  return (
    <nav className="pager" aria-label="Pages">
      <span className="tabular">
        {shown === 0 ? 'No rows' : `${countWords(first)} to ${countWords(first + shown - 1)} of ${countWords(total)}`}
      </span>
      <Button disabled={view.pages.length === 0} onClick={() => change({ pages: view.pages.slice(0, -1) })} icon="left">
        Previous
      </Button>
      <Button
        disabled={nextCursor === null}
        onClick={() => nextCursor && change({ pages: [...view.pages, nextCursor] })}
      >
        Next
        <Icon name="right" size={16} />
      </Button>
    </nav>
  )
}
