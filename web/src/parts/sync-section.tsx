import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ServerStatus } from '#contract/mcp.ts'
import type { Sync } from '#contract/sync.ts'
import { syncQuery, syncsQuery } from '../api/sync-queries.ts'
import { useMe } from '../state/use-me.ts'
import { useFreshRecords } from '../state/use-syncs.ts'
import { Button } from './button.tsx'
import { Section } from './page.tsx'
import { Loaded } from './states.tsx'
import { SyncSetup } from './sync-setup.tsx'
import { SyncRuns } from './sync-runs.tsx'
import { SyncStanding } from './sync-standing.tsx'

/** Keeping our records in step with those of the server: how it is set up, and how it does. For those who manage. */
export function SyncSection({ server, skewMs }: { server: ServerStatus; skewMs: number }) {
  const syncs = useQuery(syncsQuery)
  const sync = syncs.data?.items.find((one) => one.serverId === server.id)
  return (
    <Section title="Copies records">
      <Loaded asked={syncs} lines={3}>
        {() => (sync ? <OneSync key={sync.id} sync={sync} skewMs={skewMs} /> : <NoSync server={server} />)}
      </Loaded>
    </Section>
  )
}

function OneSync({ sync, skewMs }: { sync: Sync; skewMs: number }) {
  const asked = useQuery(syncQuery(sync.id))
  useFreshRecords(asked.data)
  return (
    <div className="sync">
      <SyncStanding sync={asked.data ?? sync} runs={asked.data?.runs ?? []} skewMs={skewMs} />
      <Loaded asked={asked} lines={4}>
        {(detail) => <SyncRuns runs={detail.runs} mappingText={detail.mappingText} />}
      </Loaded>
    </div>
  )
}

function NoSync({ server }: { server: ServerStatus }) {
  const [step, setStep] = useState<'before' | 'setup' | 'left'>('before')
  const seesAll = useMe().rowScope === 'all'
  if (step === 'setup') return <SyncSetup server={server} onClose={() => setStep('left')} />
  return (
    <div className="sync">
      <p className="small">
        Nothing is copied from here. If it is a CRM, its clients, contacts, deals and activities can be read regularly
        and kept here; nothing is ever written there.
      </p>
      {seesAll ? (
        <div className="actions">
          {/* Who leaves the form by the keyboard comes back to where it was opened. */}
          <Button autoFocus={step === 'left'} onClick={() => setStep('setup')}>
            Copy records from it
          </Button>
        </div>
      ) : (
        <p className="small quiet">
          Copied records are everybody’s, so setting this up takes sight of all rows. Ask an owner for it.
        </p>
      )}
    </div>
  )
}
