import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Freshness } from '#contract/sync.ts'
import { meQuery } from '../api/queries.ts'
import { freshnessLook, sourceOf } from '../state/sync-words.ts'
import { useMay, useMe } from '../state/use-me.ts'
import { exactTime } from '../state/words.ts'
import { SignalTag } from './signal.tsx'

/** The age is said in words of the server, so it is asked again while it is on screen. */
const ASK_AGAIN_MS = 60_000

/** How old what was copied from other systems is; nothing where nothing is copied. `recordId`: only of where it came from. */
export function SourceLine({ recordId }: { recordId?: string }) {
  const { sources } = useMe().company
  const shown = recordId === undefined ? sources : sources.filter(({ source }) => source === sourceOf(recordId))
  return shown.length === 0 ? null : <Sources sources={shown} />
}

function Sources({ sources }: { sources: readonly Freshness[] }) {
  // Its answer reaches `useMe`.
  useQuery({ ...meQuery, refetchInterval: ASK_AGAIN_MS })
  return (
    <ul className="source-line" aria-label="Where the data comes from">
      {sources.map((one) => (
        <li key={one.source}>
          <Source source={one} />
        </li>
      ))}
    </ul>
  )
}

function Source({ source }: { source: Freshness }) {
  const maySee = useMay('mcp:read')
  const look = freshnessLook(source.state)
  const title = source.lastOkAt === null ? undefined : `Read on ${exactTime(source.lastOkAt)}`
  return (
    <>
      {look ? <SignalTag signal={look.signal}>{look.words}</SignalTag> : null}
      {maySee ? (
        <Link href={`/connections/${encodeURIComponent(source.source)}`} className="source-link" title={title}>
          {source.says}
        </Link>
      ) : (
        <span title={title}>{source.says}</span>
      )}
    </>
  )
}
