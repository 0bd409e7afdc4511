import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { repsQuery } from '../api/queries.ts'
import { Page } from '../parts/page.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Text } from '../parts/values.tsx'

/** The people behind deals and clients, as far as the member sees them. */
export function RepsPage() {
  const reps = useQuery(repsQuery)
  return (
    <Page title="Team" note="Reps and client success managers in your data whom you may see.">
      <Loaded asked={reps} lines={8}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty
              title="Nobody here yet."
              hint="Import reps, and ask whoever manages members to link you to yours or to widen what you see."
            />
          ) : (
            <ul className="record-lines">
              {page.items.map((rep) => (
                <li key={rep.id}>
                  <Link href={`/reps/${encodeURIComponent(rep.id)}`} className="record-line rep-line">
                    <span className="truncate" title={rep.name}>
                      {rep.name}
                    </span>
                    <span className="quiet">{rep.kind === 'csm' ? 'Client success' : 'Sales'}</span>
                    <span className="quiet truncate" title={rep.region ?? undefined}>
                      <Text value={rep.region} />
                    </span>
                    <span className="quiet truncate" title={rep.manager ?? undefined}>
                      {rep.manager ? `with ${rep.manager}` : ''}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
