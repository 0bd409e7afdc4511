import type { Deal } from '#contract/records.ts'
import { countWords } from '../state/words.ts'
import { StageTag } from './record-facts.tsx'
import type { Column } from './record-table.tsx'
import { RiskTag } from './risk-tag.tsx'
import { DayText, MoneyText, Text, Unknown } from './values.tsx'

/** Deal columns in the order of the table; days are said from the day the data speaks for. */
export function dealColumns(asOf: string | null): Column<Deal>[] {
  return [...WHAT_COLUMNS, ...whenColumns(asOf)]
}

const WHAT_COLUMNS: readonly Column<Deal>[] = [
  { name: 'name', label: 'Deal', sort: 'name', onPhone: 'title', cell: (deal) => deal.name },
  { name: 'risk', label: 'Risk', sort: 'risk', first: 'desc', cell: (deal) => <RiskTag deal={deal} /> },
  {
    name: 'client',
    label: 'Client',
    sort: 'client',
    onPhone: 'note',
    cell: (deal) => <Text value={deal.clientName} />,
  },
  {
    name: 'value',
    label: 'Value',
    sort: 'value',
    first: 'desc',
    isNumber: true,
    onPhone: 'figure',
    cell: (deal) => <MoneyText money={deal.value?.amount ?? null} isEstimated={deal.value?.isEstimated ?? false} />,
  },
  { name: 'stage', label: 'Stage', sort: 'stage', cell: (deal) => <StageTag deal={deal} /> },
  { name: 'owner', label: 'Owner', cell: (deal) => <Text value={deal.repName} /> },
  { name: 'product', label: 'Product', cell: (deal) => <Text value={deal.productName} /> },
]

function whenColumns(asOf: string | null): Column<Deal>[] {
  return [
    {
      name: 'createdOn',
      label: 'Created',
      sort: 'createdOn',
      first: 'desc',
      cell: (deal) => <DayText day={deal.createdOn} asOf={asOf} />,
    },
    {
      name: 'expectedCloseOn',
      label: 'Expected close',
      sort: 'expectedCloseOn',
      cell: (deal) => <DayText day={deal.expectedCloseOn} asOf={asOf} />,
    },
    {
      name: 'closedOn',
      label: 'Closed',
      sort: 'closedOn',
      first: 'desc',
      cell: (deal) => <DayText day={deal.closedOn} asOf={asOf} />,
    },
    { name: 'nextStep', label: 'Next step', cell: (deal) => <Text value={deal.nextStep} /> },
    {
      name: 'lastActivityOn',
      label: 'Last activity',
      sort: 'lastActivityOn',
      first: 'desc',
      cell: (deal) => <DayText day={deal.lastActivityOn} asOf={asOf} />,
    },
    {
      name: 'ageDays',
      label: 'Age, days',
      sort: 'ageDays',
      first: 'desc',
      isNumber: true,
      cell: (deal) => (deal.ageDays === null ? <Unknown /> : countWords(deal.ageDays)),
    },
  ]
}
