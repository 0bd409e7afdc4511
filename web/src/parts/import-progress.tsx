import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ImportReport } from '#contract/records.ts'
import { importFaultsQuery, importQuery } from '../api/queries.ts'
import { importProgress } from '../state/import-map.ts'
import { countWords, durationWords, labelWords, longDay, plural } from '../state/words.ts'
import { Button, ButtonLink } from './button.tsx'
import { Section } from './page.tsx'
import { SignalTag, Tag } from './signal.tsx'
import { Loaded, Progress } from './states.tsx'
import { Unknown } from './values.tsx'

/** A running or finished import; it can be left and found again under its address. */
export function ImportProgress({ id }: { id: string }) {
  const report = useQuery(importQuery(id))
  const client = useQueryClient()
  const status = report.data?.status
  useEffect(() => {
    // Everything that is computed from records may be different now.
    if (status === 'complete') void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'import' })
  }, [status, client])
  return (
    <Loaded asked={report} lines={6}>
      {(found) => (
        <>
          <ReportHead report={found} />
          {found.rowsFaulty > 0 && found.status !== 'running' ? <Faults id={id} count={found.rowsFaulty} /> : null}
          <Mapping report={found} />
        </>
      )}
    </Loaded>
  )
}

function ReportHead({ report }: { report: ImportReport }) {
  const { share, leftMs } = importProgress(report, Date.now())
  return (
    <div className="import-report">
      <p className="import-name">
        {report.fileName} <span className="quiet">as {report.kind}</span>
      </p>
      {report.status === 'running' ? (
        <div role="status">
          <Progress value={share} label="Importing" />
          <p className="small quiet tabular">
            {plural(report.rowsRead, 'row')} read{leftMs === null ? '' : `, about ${durationWords(leftMs)} left`}.
          </p>
        </div>
      ) : (
        <p>
          <ReportTag report={report} />
        </p>
      )}
      <ul className="counts">
        <Count label="Read" count={report.rowsRead} />
        <Count label="New" count={report.rowsCreated} />
        <Count label="Changed" count={report.rowsChanged} />
        <Count label="As before" count={report.rowsUnchanged} />
        <Count label="Faulty" count={report.rowsFaulty} />
      </ul>
      {report.errorDetail ? <p className="problem-title">{report.errorDetail}</p> : null}
      {report.notes.map((note) => (
        <p key={note} className="small">
          {note}
        </p>
      ))}
      {report.status === 'running' ? null : (
        <div className="actions">
          <ButtonLink
            look="accent"
            href={report.kind === 'deals' ? '/deals' : report.kind === 'clients' ? '/clients' : '/'}
          >
            {report.kind === 'deals' || report.kind === 'clients' ? `Look at ${report.kind}` : 'Go home'}
          </ButtonLink>
          <ButtonLink href="/import">Import another file</ButtonLink>
        </div>
      )}
    </div>
  )
}

function ReportTag({ report }: { report: ImportReport }) {
  if (report.status === 'failed') return <SignalTag signal="risk">Nothing was stored</SignalTag>
  if (report.isDryRun) return <Tag>Tried only, nothing was stored</Tag>
  return report.rowsFaulty > 0 ? (
    <SignalTag signal="watch">Stored, but not all of it</SignalTag>
  ) : (
    <SignalTag signal="good">Stored</SignalTag>
  )
}

function Count({ label, count }: { label: string; count: number }) {
  return (
    <li>
      <span className="figure-value figure">{countWords(count)}</span>
      <span className="figure-label">{label}</span>
    </li>
  )
}

function Faults({ id, count }: { id: string; count: number }) {
  const faults = useInfiniteQuery(importFaultsQuery(id))
  const rows = faults.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Section title="Faulty rows" note={`${plural(count, 'row')} left out; mend them in the file and import it again`}>
      <div className="table-scroll" role="region" aria-label="Faulty rows" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col" className="is-number">
                Line
              </th>
              <th scope="col">Column</th>
              <th scope="col">Why</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((fault) => (
              <tr key={`${fault.line} ${fault.column ?? ''} ${fault.reason}`}>
                <td className="is-number">{fault.line}</td>
                <td>{fault.column ?? <span className="quiet">whole row</span>}</td>
                <td>{fault.reason}</td>
                <td>{fault.value === null ? <Unknown what="no value" /> : <code>{fault.value}</code>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {faults.hasNextPage ? (
        <Button isBusy={faults.isFetchingNextPage} onClick={() => void faults.fetchNextPage()}>
          More
        </Button>
      ) : null}
    </Section>
  )
}

function Mapping({ report }: { report: ImportReport }) {
  const pairs = Object.entries(report.mapping)
  return (
    <details className="import-mapping small">
      <summary>How the columns were read{report.asOf ? `, for ${longDay(report.asOf)}` : ''}</summary>
      <ul>
        {pairs.map(([column, field]) => (
          <li key={column}>
            <code>{column}</code> became {labelWords(field).toLowerCase()}
          </li>
        ))}
        {report.ignoredColumns.length > 0 ? <li>Left out: {report.ignoredColumns.join(', ')}</li> : null}
      </ul>
    </details>
  )
}
