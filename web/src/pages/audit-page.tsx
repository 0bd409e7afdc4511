import { useInfiniteQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { AuditEntry } from '#contract/access.ts'
import { auditQuery } from '../api/queries.ts'
import { Button } from '../parts/button.tsx'
import { Page } from '../parts/page.tsx'
import { Empty, Problem, Skeleton } from '../parts/states.tsx'
import { TimeText } from '../parts/values.tsx'
import { figureText } from '../state/figure-text.ts'
import { labelWords } from '../state/words.ts'

const ACTORS = { session: 'signed in', key: 'by key', local: 'on the machine', system: 'Sophia herself' } as const

export function AuditPage() {
  const audit = useInfiniteQuery(auditQuery)
  const entries = audit.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title="Audit" width="wide" note="What people and keys did, newest first. Entries cannot be changed.">
      {audit.isPending ? <Skeleton lines={8} /> : null}
      {audit.isError ? <Problem thrown={audit.error} onRetry={() => void audit.refetch()} /> : null}
      {audit.isSuccess && entries.length === 0 ? (
        <Empty title="Nothing yet." hint="Sign-ins, invitations, imports and approvals will stand here." />
      ) : null}
      {entries.length > 0 ? <AuditTable entries={entries} /> : null}
      {audit.hasNextPage ? (
        <div className="pager">
          <Button isBusy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            Older entries
          </Button>
        </div>
      ) : null}
    </Page>
  )
}

function AuditTable({ entries }: { entries: readonly z.infer<typeof AuditEntry>[] }) {
  return (
    <div className="table-scroll" role="region" aria-label="Audit" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">To</th>
            <th scope="col">Detail</th>
            <th scope="col">Correlation id</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td>
                <TimeText instant={entry.at} />
              </td>
              <td>
                <span className="two-lines">
                  <strong>{entry.actorName ?? ACTORS[entry.actorKind]}</strong>
                  {entry.actorName ? <span className="quiet tiny">{ACTORS[entry.actorKind]}</span> : null}
                </span>
              </td>
              <td>{labelWords(entry.action.replaceAll(':', ' '))}</td>
              <td>
                {entry.targetKind ? (
                  <span className="two-lines">
                    {labelWords(entry.targetKind)}
                    <code className="quiet tiny">{entry.targetId}</code>
                  </span>
                ) : null}
              </td>
              <td className="cell-detail">{Object.keys(entry.detail).length > 0 ? figureText(entry.detail) : null}</td>
              <td>
                <code className="quiet tiny">{entry.correlationId}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
