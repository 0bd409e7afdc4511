import { useState } from 'react'
import type { Sync, SyncDetail } from '#contract/sync.ts'
import { everyWords, isUnderWay, syncLook, waitingRemovals } from '../state/sync-words.ts'
import { useMe } from '../state/use-me.ts'
import { useChangeSync, useRunSync } from '../state/use-syncs.ts'
import { exactTime, plural } from '../state/words.ts'
import { Button } from './button.tsx'
import { Fact, Facts } from './facts.tsx'
import { Ago, Countdown } from './server-times.tsx'
import { SignalTag } from './signal.tsx'
import { Problem } from './states.tsx'
import { AcceptRemovalsDialog, RemoveSyncDialog, ScheduleDialog } from './sync-dialogs.tsx'
import { TimeText } from './values.tsx'

interface StandingProps {
  sync: Sync
  /** Newest first; none until they are known. */
  runs: SyncDetail['runs']
  skewMs: number
}

/** How fresh what was copied is, when it is read next, and what may be done with it. */
export function SyncStanding({ sync, runs, skewMs }: StandingProps) {
  const look = syncLook(sync)
  const { lastOkAt } = sync.freshness
  const seesAll = useMe().rowScope === 'all'
  return (
    <>
      <p className="sync-says">
        {look ? (
          <SignalTag signal={look.signal}>{look.words}</SignalTag>
        ) : (
          <span className="signal server-plain">Switched off</span>
        )}
        <span title={lastOkAt === null ? undefined : exactTime(lastOkAt)}>{sync.freshness.says}</span>
      </p>
      <Removals sync={sync} runs={runs} mayAccept={seesAll} />
      {seesAll ? (
        <SyncActions sync={sync} />
      ) : (
        <p className="small quiet">Changing this takes sight of all rows. Ask an owner for it.</p>
      )}
      <Facts>
        <Fact name="Next run">
          <NextRun sync={sync} skewMs={skewMs} mayChange={seesAll} />
        </Fact>
        <Fact name="Read whole">
          {sync.lastFullAt ? (
            <>
              <Ago at={sync.lastFullAt} skewMs={skewMs} />
              <span className="quiet">, and once a week</span>
            </>
          ) : (
            'not yet'
          )}
        </Fact>
        <Fact name="Mapping">
          {sync.mapping}
          {sync.ownMapping ? ', changed for this connection' : ''}
          <span className="quiet">, amounts in {sync.currency} where they name none</span>
        </Fact>
      </Facts>
    </>
  )
}

interface NextProps {
  sync: Sync
  skewMs: number
  mayChange: boolean
}

function NextRun({ sync, skewMs, mayChange }: NextProps) {
  const [isOpen, setOpen] = useState(false)
  const failures = sync.failures > 0 ? `, after ${plural(sync.failures, 'failed run')}` : ''
  return (
    <>
      <NextTime sync={sync} skewMs={skewMs} />
      <span className="quiet">
        {failures}, {everyWords(sync.scheduleMinutes)}
      </span>
      {mayChange ? (
        <>
          {' '}
          <button type="button" className="text-link sync-change" onClick={() => setOpen(true)}>
            Change schedule
          </button>
        </>
      ) : null}
      {isOpen ? <ScheduleDialog sync={sync} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

/** A countdown in hours would be too coarse beside a schedule of one, so the time itself is told then. */
const NEAR_MS = 3_600_000

function NextTime({ sync, skewMs }: Omit<NextProps, 'mayChange'>) {
  const at = sync.nextRunAt
  if (isUnderWay(sync.lastRun)) return 'under way'
  if (!sync.enabled) return 'none while switched off'
  if (at === null) return 'not planned yet'
  return Date.parse(at) - Date.now() - skewMs > NEAR_MS ? (
    <TimeText instant={at} />
  ) : (
    <Countdown at={at} skewMs={skewMs} />
  )
}

function SyncActions({ sync }: { sync: Sync }) {
  const run = useRunSync(sync.id)
  const change = useChangeSync(sync.id)
  const [isRemoving, setRemoving] = useState(false)
  const isBusy = isUnderWay(sync.lastRun)
  // The connection itself is switched off and removed by buttons of the same names.
  const of = `copying from ${sync.serverName}`
  const turn = sync.enabled ? 'Switch off' : 'Switch on'
  return (
    <div className="server-actions sync-actions">
      <div className="actions">
        <Button icon="again" disabled={isBusy} isBusy={run.isPending} onClick={() => run.mutate({})}>
          Run now
        </Button>
        <Button
          disabled={isBusy || run.isPending}
          title="Reads and counts, stores nothing"
          onClick={() => run.mutate({ dryRun: true })}
        >
          Dry run
        </Button>
        <Button
          look="bare"
          isBusy={change.isPending}
          aria-label={`${turn}: ${of}`}
          onClick={() => change.mutate({ enabled: !sync.enabled })}
        >
          {turn}
        </Button>
        <Button look="bare" aria-label={`Remove: ${of}`} onClick={() => setRemoving(true)}>
          Remove
        </Button>
      </div>
      {run.isError ? <Problem thrown={run.error} kept="What was copied before is as it was." /> : null}
      {change.isError ? <Problem thrown={change.error} kept="It is as it was." /> : null}
      {isRemoving ? <RemoveSyncDialog sync={sync} onClose={() => setRemoving(false)} /> : null}
    </div>
  )
}

/** Much that was copied is not met there any more: whether it may go is for a person to say. */
function Removals({ sync, runs, mayAccept }: { sync: Sync; runs: SyncDetail['runs']; mayAccept: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const told = waitingRemovals(runs)
  if (told.length === 0 || isUnderWay(sync.lastRun)) return null
  return (
    <>
      <div className="notice sync-notice" role="status">
        <div>
          {told.map((words) => (
            <p key={words}>{words}</p>
          ))}
        </div>
        {mayAccept ? <Button onClick={() => setOpen(true)}>They are gone: remove them</Button> : null}
      </div>
      {isOpen ? <AcceptRemovalsDialog sync={sync} told={told} onClose={() => setOpen(false)} /> : null}
    </>
  )
}
