import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeadJob } from '#contract/jobs.ts'
import { command } from '../api/client.ts'
import { deadJobsQuery, systemHealthQuery } from '../api/queries.ts'
import { Button } from '../parts/button.tsx'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { Page, Section } from '../parts/page.tsx'
import { Roster, type RosterColumn } from '../parts/roster.tsx'
import { Empty, Loaded, Problem } from '../parts/states.tsx'
import { TimeText } from '../parts/values.tsx'
import { jobWords } from '../state/job-words.ts'
import { plural } from '../state/words.ts'

/** Background work that nobody tries any more, and what can be done about it. */
export function JobsPage() {
  const jobs = useQuery(deadJobsQuery)
  return (
    <Page
      title="Jobs"
      width="wide"
      note="Work in the background that failed for the last time. It is kept for thirty days."
    >
      <RunningSection />
      <Loaded asked={jobs} lines={5}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title="No job has failed for the last time." hint="What fails is tried again by itself first." />
          ) : (
            <Section title="Given up" note="newest first">
              <JobTable jobs={items} />
              {nextCursor === null ? null : <p className="quiet small">Older ones follow when these are dealt with.</p>}
            </Section>
          )
        }
      </Loaded>
    </Page>
  )
}

function RunningSection() {
  const health = useQuery(systemHealthQuery)
  return (
    <Section title="What runs">
      <Loaded asked={health} lines={1}>
        {({ components }) => <p className="small">{components['jobs']?.detail ?? 'It is not known yet.'}</p>}
      </Loaded>
    </Section>
  )
}

function JobTable({ jobs }: { jobs: readonly DeadJob[] }) {
  const client = useQueryClient()
  const [leaving, setLeaving] = useState<DeadJob | null>(null)
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: deadJobsQuery.queryKey })
  const retry = useMutation({
    mutationFn: (id: string) => command(`/api/jobs/dead/${id}/retry`, { method: 'POST' }),
    onSettled: refresh,
  })
  const discard = useMutation({
    mutationFn: (id: string) => command(`/api/jobs/dead/${id}`, { method: 'DELETE' }),
    onSuccess: () => setLeaving(null),
    onSettled: refresh,
  })
  const columns: readonly RosterColumn<DeadJob>[] = [
    { label: 'Job', cell: ({ kind }) => <strong>{jobWords(kind)}</strong> },
    { label: 'Why it failed', cell: ({ reason }) => reason },
    { label: 'Tried', isLesser: true, cell: ({ tries }) => plural(tries, 'time') },
    { label: 'Given up', cell: ({ failedAt }) => <TimeText instant={failedAt} /> },
    {
      label: 'Actions',
      isActions: true,
      cell: (job) => (
        <JobActions
          job={job}
          isBusy={retry.isPending && retry.variables === job.id}
          onRetry={() => retry.mutate(job.id)}
          onDiscard={() => setLeaving(job)}
        />
      ),
    },
  ]
  return (
    <>
      {retry.isError ? <Problem thrown={retry.error} /> : null}
      <Roster label="Jobs that failed" columns={columns} rows={jobs} rowKey={({ id }) => id} />
      {leaving ? (
        <ConfirmDialog
          title={`Discard ${jobWords(leaving.kind)}?`}
          verb="Discard"
          change={discard}
          onConfirm={() => discard.mutate(leaving.id)}
          onClose={() => setLeaving(null)}
        >
          <p>It will not be done, and cannot be brought back.</p>
        </ConfirmDialog>
      ) : null}
    </>
  )
}

interface JobActionsProps {
  job: DeadJob
  isBusy: boolean
  onRetry: () => void
  onDiscard: () => void
}

function JobActions({ job, isBusy, onRetry, onDiscard }: JobActionsProps) {
  const kind = jobWords(job.kind)
  return (
    <>
      <Button look="bare" isBusy={isBusy} onClick={onRetry} aria-label={`Try ${kind} again`}>
        Try again
      </Button>
      <Button look="bare" onClick={onDiscard} aria-label={`Discard ${kind}`}>
        Discard
      </Button>
    </>
  )
}
