import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useLocation, useSearch } from 'wouter'
import type { McpStatus, ServerStatus } from '#contract/mcp.ts'
import { statusQuery } from '../api/mcp-queries.ts'
import { Button } from '../parts/button.tsx'
import { MonitorLine, MonitorNotices, Verdict } from '../parts/connections-head.tsx'
import { Page } from '../parts/page.tsx'
import { ServerCard } from '../parts/server-card.tsx'
import { AddServerDialog } from '../parts/server-dialog.tsx'
import { ServerSheet } from '../parts/server-sheet.tsx'
import { SignInNotice } from '../parts/sign-in-notice.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { FilterSelect, SearchField } from '../parts/table-tools.tsx'
import { matchServers, orderServers, stateWords } from '../state/server-words.ts'
import type { TableShape } from '../state/table-view.ts'
import { useMay } from '../state/use-me.ts'
import { useStatusStream } from '../state/use-status-stream.ts'
import { useTableView } from '../state/use-table-view.ts'

/** With fewer than this all of them are seen at once. */
const MANY = 6

const VIEW: TableShape = {
  columns: ['name'],
  shownAtFirst: ['name'],
  sorts: [],
  filters: ['state'],
  sort: '',
  order: 'desc',
}
const STATES = [
  { value: 'attention', label: 'Needs a look' },
  { value: 'sign-in', label: 'Waits for a sign-in' },
  ...(['healthy', 'degraded', 'unhealthy', 'quarantined', 'unknown', 'disabled'] as const).map((state) => ({
    value: state,
    label: stateWords(state),
  })),
]

/** The servers whose tools colleagues use: how each does, and all that may be done with it. */
export function ConnectionsPage({ id }: { id?: string }) {
  const status = useQuery(statusQuery)
  const mayManage = useMay('mcp:manage')
  const [isAdding, setAdding] = useState(false)
  const [, go] = useLocation()
  const query = useSearch()
  const skewMs = status.data ? Date.parse(status.data.generatedAt) - status.dataUpdatedAt : 0
  const servers = status.data?.servers ?? []
  const tail = query ? `?${query}` : ''
  const addressOf = (serverId: string): string => `/connections/${encodeURIComponent(serverId)}${tail}`
  const add = (
    <Button look="accent" icon="plus" onClick={() => setAdding(true)}>
      Add a connection
    </Button>
  )
  return (
    <Page
      title="Connections"
      width="wide"
      note={status.data && servers.length > 0 ? <MonitorLine status={status.data} skewMs={skewMs} /> : null}
      {...(mayManage && servers.length > 0 ? { actions: add } : {})}
    >
      <SignInNotice servers={servers} />
      <LastChange servers={servers} />
      <Loaded asked={status} lines={10}>
        {(found) => (
          <>
            <MonitorNotices status={found} />
            {found.servers.length === 0 ? (
              <NoServers>{mayManage ? add : null}</NoServers>
            ) : (
              <Wall status={found} addressOf={addressOf} skewMs={skewMs} />
            )}
          </>
        )}
      </Loaded>
      {id && status.data ? (
        <ServerSheet
          key={id}
          id={id}
          listed={servers.find((server) => server.id === id)}
          skewMs={skewMs}
          onClose={() => go(`/connections${tail}`)}
        />
      ) : null}
      {isAdding ? (
        <AddServerDialog
          onClose={() => setAdding(false)}
          onDone={(record) => {
            setAdding(false)
            go(addressOf(record.id))
          }}
        />
      ) : null}
    </Page>
  )
}

/** Follows what happens, and tells those who cannot see the wall what changed. */
function LastChange({ servers }: { servers: readonly ServerStatus[] }) {
  const change = useStatusStream()
  const changed = servers.find((server) => server.id === change?.server)
  return (
    <p className="unseen" role="status">
      {change && changed ? `${changed.name}: ${stateWords(change.to)}` : ''}
    </p>
  )
}

interface WallProps {
  status: McpStatus
  addressOf: (serverId: string) => string
  skewMs: number
}

function Wall({ status, addressOf, skewMs }: WallProps) {
  const { view, change } = useTableView(VIEW)
  const state = view.filters['state'] ?? ''
  const shown: readonly ServerStatus[] = orderServers(matchServers(status.servers, { search: view.search, state }))
  return (
    <>
      <Verdict status={status} />
      {status.servers.length >= MANY ? (
        <div className="table-tools">
          <SearchField value={view.search} onSearch={(search) => change({ search })} />
          <FilterSelect name="state" label="Every state" options={STATES} view={view} change={change} />
          {view.search !== '' || state !== '' ? (
            <Button look="bare" onClick={() => change({ search: '', filters: {} })}>
              Clear
            </Button>
          ) : null}
        </div>
      ) : null}
      {shown.length === 0 ? (
        <Empty title="No connection is like that." hint="Other words or another state may find it." />
      ) : (
        <ul className="server-wall">
          {shown.map((server) => (
            <ServerCard key={server.id} server={server} href={addressOf(server.id)} skewMs={skewMs} />
          ))}
        </ul>
      )}
    </>
  )
}

function NoServers({ children }: { children: ReactNode }) {
  return (
    <Empty
      title="No connections yet."
      hint="A connection lets colleagues use the tools of another program that speaks MCP: a CRM, a mailbox, files. Programs on this machine are named in mcp.json on disk and appear here by themselves."
    >
      {children}
    </Empty>
  )
}
