import type { ReactNode } from 'react'

export interface RosterColumn<Row> {
  readonly label: string
  readonly cell: (row: Row) => ReactNode
  readonly isNumber?: boolean
  /** Shown where there is room; a phone leaves it out. */
  readonly isLesser?: boolean
  /** Buttons: their head is read out, not seen. */
  readonly isActions?: boolean
  /** Of the cell itself: its colour, figures that stand below each other. */
  readonly look?: (row: Row) => string
  /** What the pointer tells of the cell. */
  readonly hint?: (row: Row) => string
}

interface RosterProps<Row> {
  /** What the rows are. */
  label: string
  columns: readonly RosterColumn<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** Of what is over, and stands there to be read about only. */
  isOver?: (row: Row) => boolean
}

/** A short list of things with a state each: what it is, how it is, and what may be done with it. The first column gives way. */
export function Roster<Row>({ label, columns, rows, rowKey, isOver }: RosterProps<Row>) {
  return (
    <div className="table-scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="plain roster">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.label} scope="col" className={classOf(column)}>
                {column.isActions ? <span className="unseen">{column.label}</span> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={isOver?.(row) ? 'is-over' : undefined}>
              {columns.map((column) => (
                <td
                  key={column.label}
                  className={classOf(column, 'row-actions', column.look?.(row))}
                  title={column.hint?.(row)}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Of a head or, with what its actions and its look add, of a cell. */
function classOf(
  { isNumber, isLesser, isActions }: Pick<RosterColumn<unknown>, 'isNumber' | 'isLesser' | 'isActions'>,
  ofActions = '',
  look = '',
): string | undefined {
  const names = [isNumber ? 'is-number' : '', isLesser ? 'is-lesser' : '', isActions ? ofActions : '', look]
  return names.filter((name) => name !== '').join(' ') || undefined
}
