import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { clientQuery, healthQuery } from '../api/queries.ts'
import { AskButtons } from './ask-buttons.tsx'
import { Icon } from './icons.tsx'
import { ClientFacts } from './record-facts.tsx'
import { Sheet } from './sheet.tsx'
import { SkillPanel } from './skill-panel.tsx'
import { Loaded } from './states.tsx'

/** A client beside the list it was opened from. */
export function ClientSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQuery(clientQuery(id))
  const health = useQuery(healthQuery(id))
  const page = `/clients/${encodeURIComponent(id)}`
  return (
    <Sheet
      label={client.data?.name ?? 'Client'}
      onClose={onClose}
      tools={
        <Link href={page} className="icon-button" aria-label="Open the full page" title="Open the full page">
          <Icon name="open" />
        </Link>
      }
    >
      <Loaded asked={client} lines={8}>
        {(record) => (
          <>
            <p className="eyebrow">Client</p>
            <h2 className="sheet-title">{record.name}</h2>
            <AskButtons about={{ kind: 'client', id, label: record.name }} />
            <SkillPanel title="Health" run={health} />
            <ClientFacts client={record} />
          </>
        )}
      </Loaded>
    </Sheet>
  )
}
