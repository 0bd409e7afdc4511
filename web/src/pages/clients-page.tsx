import { useQuery } from '@tanstack/react-query'
import { clientsQuery, repsQuery } from '../api/queries.ts'
import { ClientSheet } from '../parts/client-sheet.tsx'
import { clientColumns } from '../parts/client-columns.tsx'
import { Page } from '../parts/page.tsx'
import { isFiltered, RecordList } from '../parts/record-list.tsx'
import { SourceLine } from '../parts/source-line.tsx'
import { FilterSelect, TableTools } from '../parts/table-tools.tsx'
import { CLIENT_TABLE } from '../state/tables.ts'
import { useTableView } from '../state/use-table-view.ts'
import { labelWords, longDay, plural } from '../state/words.ts'

const LIMIT = 50
const BANDS = ['thriving', 'healthy', 'at_risk', 'critical', 'churning', 'unknown'].map((value) => ({
  value,
  label: labelWords(value),
}))

export function ClientsPage() {
  const { view, change } = useTableView(CLIENT_TABLE)
  const query = {
    search: view.search,
    ...view.filters,
    sort: view.sort,
    order: view.order,
    cursor: view.pages.at(-1),
    limit: LIMIT,
  }
  const clients = useQuery(clientsQuery(query))
  const known = useQuery(clientsQuery({ limit: 200 }))
  const reps = useQuery(repsQuery)
  const csms = (reps.data?.items ?? [])
    .filter((rep) => rep.kind === 'csm')
    .map((rep) => ({ value: rep.id, label: rep.name }))
  const columns = clientColumns(clients.data?.asOf ?? null)
  const valuesOf = (part: 'segment' | 'industry') =>
    optionsOf([...(known.data?.items ?? []).map((client) => client[part]), view.filters[part] ?? null])
  return (
    <Page
      title="Clients"
      width="wide"
      sources={<SourceLine />}
      note={
        clients.data
          ? `${plural(clients.data.total, 'client')}${isFiltered(view) && !clients.isPlaceholderData ? ' match' : ''} · as of ${longDay(clients.data.asOf)}`
          : // A space that holds the line, so that nothing moves when the count comes.
            '\u00a0'
      }
    >
      <TableTools view={view} change={change} columns={columns}>
        <FilterSelect name="band" label="Health" options={BANDS} view={view} change={change} />
        {csms.length > 0 ? (
          <FilterSelect name="csmRepId" label="CSM" options={csms} view={view} change={change} />
        ) : null}
        <FilterSelect name="segment" label="Segment" options={valuesOf('segment')} view={view} change={change} />
        <FilterSelect name="industry" label="Industry" options={valuesOf('industry')} view={view} change={change} />
      </TableTools>
      <RecordList
        one="client"
        many="clients"
        hint="Import a CSV of your accounts and they stand here, with health and history."
        asked={clients}
        columns={columns}
        view={view}
        change={change}
        limit={LIMIT}
      />
      {view.open ? <ClientSheet key={view.open} id={view.open} onClose={() => change({ open: null })} /> : null}
    </Page>
  )
}

function optionsOf(values: readonly (string | null)[]) {
  const words = [...new Set(values.flatMap((value) => (value ? [value] : [])))].toSorted((one, other) =>
    one.localeCompare(other),
  )
  return words.map((value) => ({ value, label: value }))
}
