import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { ImportReport } from '#contract/records.ts'
import { importsQuery } from '../api/queries.ts'
import { plural } from '../state/words.ts'
import { Section } from './page.tsx'
import { SignalTag, Tag } from './signal.tsx'
import { Loaded } from './states.tsx'
import { TimeText } from './values.tsx'

export function ImportHistory() {
  const imports = useQuery(importsQuery)
  return (
    <Section title="Earlier imports">
      <Loaded asked={imports} lines={3}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="quiet small">Nothing was imported yet. Each import stays here with its counts and faults.</p>
          ) : (
            <ul className="record-lines">
              {page.items.map((report) => (
                <li key={report.id}>
                  <Link href={`/import/${report.id}`} className="record-line">
                    <span className="truncate">{report.fileName}</span>
                    <span className="quiet">
                      {report.kind}, {plural(report.rowsRead, 'row')}
                    </span>
                    <StateTag report={report} />
                    <span className="quiet small">
                      <TimeText instant={report.startedAt} />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  )
}

function StateTag({ report }: { report: ImportReport }) {
  if (report.status === 'running') return <Tag>Running</Tag>
  if (report.status === 'failed') return <SignalTag signal="risk">Failed</SignalTag>
  if (report.rowsFaulty > 0) return <SignalTag signal="watch">{plural(report.rowsFaulty, 'fault')}</SignalTag>
  return report.isDryRun ? <Tag>Tried</Tag> : <SignalTag signal="good">Stored</SignalTag>
}
