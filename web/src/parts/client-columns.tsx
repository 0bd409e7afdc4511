import type { Client } from '#contract/records.ts'
import { countWords } from '../state/words.ts'
import type { Column } from './record-table.tsx'
import { HealthTag, HealthTrend } from './risk-tag.tsx'
import { DayText, MoneyText, Text, Unknown } from './values.tsx'

/** Client columns in the order of the table; days are said from the day the data speaks for. */
export function clientColumns(asOf: string | null): Column<Client>[] {
  return [...stateColumns(asOf), ...restColumns(asOf)]
}

function stateColumns(asOf: string | null): Column<Client>[] {
  return [
    { name: 'name', label: 'Client', sort: 'name', onPhone: 'title', cell: (client) => client.name },
    {
      name: 'health',
      label: 'Health',
      sort: 'health',
      cell: (client) => <HealthTag client={client} />,
    },
    {
      name: 'trend',
      label: '12 weeks',
      sort: 'change30',
      cell: (client) => <HealthTrend client={client} />,
    },
    {
      name: 'arr',
      label: 'ARR',
      sort: 'arr',
      first: 'desc',
      isNumber: true,
      onPhone: 'figure',
      cell: (client) => <MoneyText money={client.arr} />,
    },
    {
      name: 'renewalOn',
      label: 'Renewal',
      sort: 'renewalOn',
      onPhone: 'note',
      cell: (client) => <DayText day={client.renewalOn} asOf={asOf} />,
    },
  ]
}

function restColumns(asOf: string | null): Column<Client>[] {
  return [
    { name: 'csm', label: 'CSM', cell: (client) => <Text value={client.csmName} /> },
    { name: 'owner', label: 'Owner', cell: (client) => <Text value={client.ownerName} /> },
    { name: 'segment', label: 'Segment', cell: (client) => <Text value={client.segment} /> },
    { name: 'industry', label: 'Industry', cell: (client) => <Text value={client.industry} /> },
    { name: 'region', label: 'Region', cell: (client) => <Text value={client.region} /> },
    {
      name: 'openDeals',
      label: 'Open deals',
      sort: 'openDeals',
      first: 'desc',
      isNumber: true,
      cell: (client) => countWords(client.openDeals),
    },
    {
      name: 'employees',
      label: 'Employees',
      isNumber: true,
      cell: (client) => (client.employees === null ? <Unknown /> : countWords(client.employees)),
    },
    {
      name: 'customerSince',
      label: 'Since',
      sort: 'customerSince',
      cell: (client) => <DayText day={client.customerSince} asOf={null} />,
    },
    {
      name: 'lastActivityOn',
      label: 'Last activity',
      sort: 'lastActivityOn',
      first: 'desc',
      cell: (client) => <DayText day={client.lastActivityOn} asOf={asOf} />,
    },
  ]
}
