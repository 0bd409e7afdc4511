import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Deal, DealBoard as Board } from '#contract/records.ts'
import { boardQuery } from '../api/queries.ts'
import { writeView, type TableView } from '../state/table-view.ts'
import { DEAL_TABLE } from '../state/tables.ts'
import { useMay } from '../state/use-me.ts'
import { countWords, labelWords, plural } from '../state/words.ts'
import { Button, ButtonLink } from './button.tsx'
import { RiskTag } from './risk-tag.tsx'
import { FoldedList } from './folded-list.tsx'
import { isFiltered } from './record-list.tsx'
import { Empty, Loaded } from './states.tsx'
import { DayText, MoneyText } from './values.tsx'

const SORTS = new Set(['risk', 'value', 'expectedCloseOn', 'ageDays', 'lastActivityOn'])

/** Open deals by stage, the riskiest first unless the table says otherwise. */
export function DealBoard({ view, change }: ViewProps) {
  const { repId, clientId, risk } = view.filters
  const sort = SORTS.has(view.sort) ? view.sort : 'risk'
  const board = useQuery(boardQuery({ search: view.search, repId, clientId, risk, sort }))
  return (
    <Loaded asked={board} lines={12}>
      {(found) =>
        found.columns.every((column) => column.deals === 0) ? (
          <NoOpenDeals view={view} change={change} />
        ) : (
          <div className="board" role="region" aria-label="Open deals by stage" tabIndex={0}>
            {found.columns.map((column) => (
              <BoardColumn key={column.stage} column={column} asOf={found.asOf} view={view} change={change} />
            ))}
          </div>
        )
      }
    </Loaded>
  )
}

interface ViewProps {
  view: TableView
  change: (change: Partial<TableView>) => void
}

function NoOpenDeals({ view, change }: ViewProps) {
  const mayImport = useMay('records:import')
  if (isFiltered(view)) {
    return (
      <Empty title="No open deal matches." hint="Other words or fewer filters may find it.">
        <Button onClick={() => change({ search: '', filters: {} })}>Clear filters</Button>
      </Empty>
    )
  }
  return (
    <Empty
      title="No open deals."
      hint="Import a CSV of your pipeline and open deals stand here by stage; won and lost ones are in the table."
    >
      {mayImport ? (
        <ButtonLink look="accent" href="/import">
          Import deals
        </ButtonLink>
      ) : null}
    </Empty>
  )
}

interface ColumnProps extends ViewProps {
  column: Board['columns'][number]
  asOf: string
}

function BoardColumn({ column, asOf, view, change }: ColumnProps) {
  const more = column.deals - column.items.length
  return (
    <section className="board-column" aria-label={labelWords(column.stage)}>
      <header className="board-head">
        <h2>{labelWords(column.stage)}</h2>
        <span className="small quiet tabular">{countWords(column.deals)}</span>
        <p className="board-sum">
          {column.total ? <MoneyText money={column.total} isEstimated={column.estimatedDeals > 0} /> : null}
          <span className="tiny quiet">{sumNote(column)}</span>
        </p>
      </header>
      <FoldedList className="board-cards" shown={5}>
        {column.items.map((deal) => (
          <Card
            key={deal.id}
            deal={deal}
            asOf={asOf}
            isOpen={view.open === deal.id}
            onOpen={() => change({ open: deal.id })}
          />
        ))}
      </FoldedList>
      {more > 0 ? (
        <p className="tiny board-more">
          <Link href={`/deals?${restOf(view, column.stage)}`} className="text-link">
            {plural(more, 'more deal')} in the table
          </Link>
        </p>
      ) : null}
    </section>
  )
}

/** The same deals as a table: what is open in the stage, the riskiest first. */
function restOf(view: TableView, stage: string): string {
  const filters = { ...view.filters, status: 'open', stage }
  return writeView({ ...view, filters, sort: 'risk', order: 'desc', pages: [], open: null }, DEAL_TABLE)
}

function sumNote(column: Board['columns'][number]): string {
  return [
    column.atRisk > 0 ? `${countWords(column.atRisk)} at high risk` : '',
    column.unvaluedDeals > 0 ? `${countWords(column.unvaluedDeals)} without value` : '',
    column.otherCurrencyDeals > 0 ? `${countWords(column.otherCurrencyDeals)} in other currencies` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

function Card({ deal, asOf, isOpen, onOpen }: { deal: Deal; asOf: string; isOpen: boolean; onOpen: () => void }) {
  return (
    <li className={isOpen ? 'card is-open' : 'card'} onClick={onOpen}>
      <button
        type="button"
        className="row-open card-title"
        onClick={(event) => {
          event.stopPropagation()
          onOpen()
        }}
      >
        {deal.name}
      </button>
      <p className="card-line small quiet">
        <span className="truncate">{deal.clientName ?? 'No client in the data'}</span>
        <MoneyText money={deal.value?.amount ?? null} isEstimated={deal.value?.isEstimated ?? false} />
      </p>
      <p className="card-line tiny">
        <RiskTag deal={deal} />
        <span className="quiet truncate" title={deal.nextStep ?? undefined}>
          {deal.nextStep ?? 'No next step'}
        </span>
        {deal.nextStepOn ? (
          <span className="quiet">
            <DayText day={deal.nextStepOn} asOf={asOf} />
          </span>
        ) : null}
      </p>
      <p className="card-line tiny quiet">
        <span className="truncate">{deal.repName ?? 'No owner'}</span>
        <span className="tabular">{deal.ageDays === null ? '' : plural(deal.ageDays, 'day')}</span>
      </p>
    </li>
  )
}
