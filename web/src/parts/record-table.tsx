import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import { sortBy, type TableView } from '../state/table-view.ts'
import { useKeys } from '../state/use-keys.ts'
import { Icon } from './icons.tsx'

export interface Column<Row> {
  readonly name: string
  readonly label: string
  readonly cell: (row: Row) => ReactNode
  readonly sort?: string
  readonly first?: 'asc' | 'desc'
  readonly isNumber?: boolean
  /** On a phone rows are lines; only these columns show there. */
  readonly onPhone?: 'title' | 'figure' | 'note'
}

interface RecordTableProps<Row extends { readonly id: string }> {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  view: TableView
  change: (change: Partial<TableView>) => void
}

/** A table of records; a row opens beside the list, arrows and j, k walk through rows. */
export function RecordTable<Row extends { readonly id: string }>({
  label,
  columns,
  rows,
  view,
  change,
}: RecordTableProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null)
  const shown = view.columns.flatMap((name) => columns.filter((column) => column.name === name))
  const walk = (step: number): void => {
    const buttons = [...(body.current?.querySelectorAll<HTMLButtonElement>('.row-open') ?? [])]
    const at = buttons.findIndex((button) => button === document.activeElement)
    buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus()
  }
  useKeys({ j: () => walk(1), k: () => walk(-1) })
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    walk(event.key === 'ArrowDown' ? 1 : -1)
  }
  return (
    <div className="table-scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="records">
        <thead>
          <tr>
            {shown.map((column) => (
              <HeadCell key={column.name} column={column} view={view} change={change} />
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKey}>
          {rows.map((row) => {
            const { id } = row
            return (
              <tr key={id} className={id === view.open ? 'is-open' : ''} onClick={() => change({ open: id })}>
                {shown.map((column, index) => (
                  <td key={column.name} className={cellClass(column)}>
                    {index === 0 ? (
                      <OpenButton onOpen={() => change({ open: id })}>{column.cell(row)}</OpenButton>
                    ) : (
                      column.cell(row)
                    )}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function OpenButton({ onOpen, children }: { onOpen: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      className="row-open"
      onClick={(event) => {
        event.stopPropagation()
        onOpen()
      }}
    >
      {children}
    </button>
  )
}

function HeadCell<Row>({
  column,
  view,
  change,
}: {
  column: Column<Row>
  view: TableView
  change: (change: Partial<TableView>) => void
}) {
  const { sort } = column
  const isSorted = sort !== undefined && view.sort === sort
  const order = view.order === 'asc' ? 'ascending' : 'descending'
  return (
    <th scope="col" className={cellClass(column)} {...(isSorted ? { 'aria-sort': order } : {})}>
      {sort === undefined ? (
        column.label
      ) : (
        <button type="button" className="head-sort" onClick={() => change(sortBy(view, sort, column.first ?? 'asc'))}>
          {column.label}
          {isSorted ? <Icon name={view.order === 'asc' ? 'up' : 'down'} size={14} /> : null}
        </button>
      )}
    </th>
  )
}

function cellClass<Row>(column: Column<Row>): string {
  return `cell-${column.onPhone ?? 'wide'}${column.isNumber ? ' is-number' : ''}`
}
