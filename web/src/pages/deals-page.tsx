import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { z } from 'zod'
import type { DealPage } from '#contract/records.ts'
import { dealsQuery, repsQuery } from '../api/queries.ts'
import { IconButton } from '../parts/button.tsx'
import { DealBoard } from '../parts/deal-board.tsx'
import { DealSheet } from '../parts/deal-sheet.tsx'
import { dealColumns } from '../parts/deal-columns.tsx'
import { Page } from '../parts/page.tsx'
import { isFiltered, RecordList } from '../parts/record-list.tsx'
import { SourceLine } from '../parts/source-line.tsx'
import { FilterSelect, TableTools } from '../parts/table-tools.tsx'
import { DEAL_TABLE } from '../state/tables.ts'
import type { TableView } from '../state/table-view.ts'
import { useTableView } from '../state/use-table-view.ts'
import { labelWords, longDay, plural } from '../state/words.ts'

const LIMIT = 50
const RISKS = ['high', 'medium', 'low', 'unknown'].map(asOption)
const STATUSES = ['open', 'won', 'lost'].map(asOption)
const STAGES = ['prospecting', 'qualification', 'proposal', 'negotiation', 'won', 'lost'].map(asOption)

function asOption(value: string) {
  return { value, label: labelWords(value) }
}

export function DealsPage() {
  const { isBoard, view, change, showAs } = useDealView()
  const query = {
    search: view.search,
    ...view.filters,
    sort: view.sort,
    order: view.order,
    cursor: view.pages.at(-1),
    limit: LIMIT,
  }
  const deals = useQuery({ ...dealsQuery(query), enabled: !isBoard })
  const reps = useQuery(repsQuery)
  const asOf = deals.data?.asOf ?? null
  const columns = dealColumns(asOf)
  const owners = (reps.data?.items ?? [])
    .filter((rep) => rep.kind === 'rep')
    .map((rep) => ({ value: rep.id, label: rep.name }))
  return (
    <Page
      title="Deals"
      width="wide"
      note={isBoard ? 'Open deals by stage, the riskiest first' : noteOf(deals, isFiltered(view))}
      sources={<SourceLine />}
      actions={<ShowAs isBoard={isBoard} showAs={showAs} />}
    >
      <TableTools view={view} change={change} columns={isBoard ? null : columns}>
        {isBoard ? null : (
          <>
            <FilterSelect name="status" label="Status" options={STATUSES} view={view} change={change} />
            <FilterSelect name="stage" label="Stage" options={STAGES} view={view} change={change} />
          </>
        )}
        <FilterSelect name="risk" label="Risk" options={RISKS} view={view} change={change} />
        {owners.length > 0 ? (
          <FilterSelect name="repId" label="Owner" options={owners} view={view} change={change} />
        ) : null}
      </TableTools>
      {isBoard ? (
        <DealBoard view={view} change={change} />
      ) : (
        <RecordList
          one="deal"
          many="deals"
          hint="Import a CSV of your pipeline and it stands here, with risk and history."
          asked={deals}
          columns={columns}
          view={view}
          change={change}
          limit={LIMIT}
        />
      )}
      {view.open ? <DealSheet key={view.open} id={view.open} onClose={() => change({ open: null })} /> : null}
    </Page>
  )
}

function noteOf(deals: UseQueryResult<z.infer<typeof DealPage>>, hasFilter: boolean): string {
  // A space that holds the line, so that nothing moves when the count comes.
  if (!deals.data) return '\u00a0'
  const match = hasFilter && !deals.isPlaceholderData ? ' match' : ''
  return `${plural(deals.data.total, 'deal')}${match} · as of ${longDay(deals.data.asOf)}`
}

/** Whether it is a board stands in the address beside the filters, but clearing those does not leave the board. */
function useDealView() {
  const { view, change } = useTableView(DEAL_TABLE)
  const { show, ...filters } = view.filters
  const isBoard = show === 'board'
  const kept = isBoard ? { show } : {}
  const changeKept = (part: Partial<TableView>): void =>
    change(part.filters ? { ...part, filters: { ...part.filters, ...kept } } : part)
  const showAs = (as: 'board' | 'table'): void =>
    change({ filters: as === 'board' ? { ...filters, show: as } : filters })
  return { isBoard, view: { ...view, filters }, change: changeKept, showAs }
}

function ShowAs({ isBoard, showAs }: { isBoard: boolean; showAs: (as: 'board' | 'table') => void }) {
  return (
    <div className="actions" role="group" aria-label="Show as">
      <IconButton icon="table" label="Table" isOn={!isBoard} onClick={() => showAs('table')} />
      <IconButton icon="board" label="Board by stage" isOn={isBoard} onClick={() => showAs('board')} />
    </div>
  )
}
