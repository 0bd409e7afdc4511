import { useQuery } from '@tanstack/react-query'
import type { ServerStatus } from '#contract/mcp.ts'
import { serversQuery, serverStatusQuery } from '../api/mcp-queries.ts'
import { AUTH_WORDS } from '../state/server-words.ts'
import { useMay } from '../state/use-me.ts'
import { useIsRemoving } from '../state/use-servers.ts'
import { Section } from './page.tsx'
import { ServerActions } from './server-actions.tsx'
import { Availability, Connection, FaultDetail, LatencyTable, ProbeFacts, Transitions } from './server-facts.tsx'
import { ProbeChart } from './server-latency.tsx'
import { ServerMarks, StateTag } from './server-marks.tsx'
import { Since } from './server-times.tsx'
import { ServerTools } from './server-tools.tsx'
import { Sheet } from './sheet.tsx'
import { Loaded } from './states.tsx'
import { SyncSection } from './sync-section.tsx'

interface SheetProps {
  id: string
  /** As the list told it, shown until all of it is there. */
  listed: ServerStatus | undefined
  skewMs: number
  onClose: () => void
}

/** Everything that is known of one connection, and all that may be done with it. */
export function ServerSheet({ id, listed, skewMs, onClose }: SheetProps) {
  const isRemoving = useIsRemoving(id)
  const status = useQuery({
    ...serverStatusQuery(id),
    enabled: !isRemoving,
    ...(listed ? { placeholderData: listed } : {}),
  })
  const mayManage = useMay('mcp:manage')
  const records = useQuery({ ...serversQuery, enabled: mayManage })
  const record = records.data?.items.find((one) => one.id === id) ?? null
  return (
    <Sheet label={listed?.name ?? 'Connection'} onClose={onClose}>
      <Loaded asked={status} lines={10}>
        {(server) => (
          <>
            <SheetHead server={server} skewMs={skewMs} />
            <ServerActions server={server} record={record} onRemoved={onClose} />
            <SheetDetail server={server} skewMs={skewMs} />
          </>
        )}
      </Loaded>
    </Sheet>
  )
}

function SheetHead({ server, skewMs }: { server: ServerStatus; skewMs: number }) {
  return (
    <header className="server-sheet-head">
      <code className="eyebrow">{server.id}</code>
      <h2 className="sheet-title">{server.name}</h2>
      <p className="server-sheet-state small">
        <StateTag server={server} />
        {server.since ? (
          <span className="quiet">
            <Since at={server.since} skewMs={skewMs} />
          </span>
        ) : null}
        <span className="quiet">{AUTH_WORDS[server.auth]}</span>
      </p>
      <p>{server.says}</p>
      <ServerMarks server={server} skewMs={skewMs} />
    </header>
  )
}

function SheetDetail({ server, skewMs }: { server: ServerStatus; skewMs: number }) {
  const { detail } = server
  const mayManage = useMay('mcp:manage')
  if (!detail) {
    return (
      <>
        <ServerTools server={server} />
        <p className="small quiet server-more">How it is reached and measured is shown to administrators.</p>
      </>
    )
  }
  return (
    <>
      {detail.lastError ? <FaultDetail fault={detail.lastError} skewMs={skewMs} /> : null}
      {detail.capabilities.drift ? <ServerTools server={server} /> : null}
      {mayManage ? <SyncSection server={server} skewMs={skewMs} /> : null}
      <Section title="Latency" note="last 15 min">
        <ProbeChart history={detail.history} />
        <LatencyTable latency={detail.latency} />
      </Section>
      <Section title="Availability" note="probes and calls that ended well">
        <Availability availability={detail.availability} />
      </Section>
      {detail.capabilities.drift ? null : <ServerTools server={server} />}
      <Section title="Changes of state" note="newest first">
        <Transitions transitions={detail.history.transitions} />
      </Section>
      <Section title="Connection">
        <Connection detail={detail} />
      </Section>
      <Section title="Probing">
        <ProbeFacts detail={detail} skewMs={skewMs} />
      </Section>
    </>
  )
}
