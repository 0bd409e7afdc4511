import type { TableView } from '../state/table-view.ts'
import { useMay } from '../state/use-me.ts'
import { Button, ButtonLink } from './button.tsx'
import { RecordTable, type Column } from './record-table.tsx'
import { Empty, Loaded, type Asked } from './states.tsx'
import { Pager } from './table-tools.tsx'

interface Rows<Row> {
  readonly items: readonly Row[]
  readonly total: number
  readonly nextCursor: string | null
}

interface RecordListProps<Row extends { readonly id: string }> {
  /** `deal` with `deals`: for headings and empty states. */
  one: string
  many: string
  /** What will be here once there is data. */
  hint: string
  asked: Asked<Rows<Row>>
  columns: readonly Column<Row>[]
  view: TableView
  change: (change: Partial<TableView>) => void
  limit: number
}

/** A list of records in all its states: rows with pages, nothing found, nothing there yet. */
export function RecordList<Row extends { readonly id: string }>(props: RecordListProps<Row>) {
  const { asked, columns, view, change, limit, many } = props
  return (
    <Loaded asked={asked} lines={12}>
      {(page) =>
        page.items.length === 0 ? (
          <NoRows {...props} />
        ) : (
          <>
            <RecordTable label={many} columns={columns} rows={page.items} view={view} change={change} />
            <Pager
              view={view}
              change={change}
              shown={page.items.length}
              total={page.total}
              nextCursor={page.nextCursor}
              limit={limit}
            />
          </>
        )
      }
    </Loaded>
  )
}

function NoRows({
  one,
  many,
  hint,
  view,
  change,
}: Pick<RecordListProps<{ id: string }>, 'one' | 'many' | 'hint' | 'view' | 'change'>) {
  const mayImport = useMay('records:import')
  if (isFiltered(view)) {
    return (
      <Empty title={`No ${one} matches.`} hint="Other words or fewer filters may find it.">
        <Button onClick={() => change({ search: '', filters: {} })}>Clear filters</Button>
      </Empty>
    )
  }
  return (
    <Empty title={`No ${many} yet.`} hint={hint}>
      {mayImport ? (
        <ButtonLink look="accent" href="/import">
          Import {many}
        </ButtonLink>
      ) : null}
    </Empty>
  )
}

export function isFiltered(view: TableView): boolean {
  return view.search !== '' || Object.keys(view.filters).length > 0
}
