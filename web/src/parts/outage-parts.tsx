import { useQuery } from '@tanstack/react-query'
import { systemHealthQuery } from '../api/queries.ts'
import { WITHOUT_STREAM_MS } from '../api/watch-queries.ts'
import { Section } from './page.tsx'
import { PartList } from './part-list.tsx'

/** What the server says of itself to anybody, where it cannot say who asks: which part is down, and since when. */
export function OutageParts() {
  const health = useQuery({ ...systemHealthQuery, refetchInterval: WITHOUT_STREAM_MS })
  if (!health.data) return null
  return (
    <Section title="What works and what does not" note="As the process that answers sees it">
      <PartList parts={health.data.components} nowMs={null} skewMs={0} />
    </Section>
  )
}
