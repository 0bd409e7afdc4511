import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { dealQuery, riskQuery } from '../api/queries.ts'
import { AskButtons } from './ask-buttons.tsx'
import { Icon } from './icons.tsx'
import { DealFacts } from './record-facts.tsx'
import { Sheet } from './sheet.tsx'
import { SkillPanel } from './skill-panel.tsx'
import { Loaded } from './states.tsx'

/** A deal beside the list it was opened from. */
export function DealSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const deal = useQuery(dealQuery(id))
  const risk = useQuery({ ...riskQuery(id), enabled: deal.data?.status === 'open' })
  const page = `/deals/${encodeURIComponent(id)}`
  return (
    <Sheet
      label={deal.data?.name ?? 'Deal'}
      onClose={onClose}
      tools={
        <Link href={page} className="icon-button" aria-label="Open the full page" title="Open the full page">
          <Icon name="open" />
        </Link>
      }
    >
      <Loaded asked={deal} lines={8}>
        {(record) => (
          <>
            <p className="eyebrow">Deal</p>
            <h2 className="sheet-title">{record.name}</h2>
            <AskButtons about={{ kind: 'deal', id, label: record.name }} />
            <DealFacts deal={record} />
            {record.status === 'open' ? <SkillPanel title="Risk" run={risk} /> : null}
          </>
        )}
      </Loaded>
    </Sheet>
  )
}
