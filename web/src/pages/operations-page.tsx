import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import type { OperationsReport } from '#contract/watch.ts'
import { toApiProblem } from '../api/api-problem.ts'
import { systemHealthQuery } from '../api/queries.ts'
import {
  alertsQuery,
  objectivesQuery,
  operationsQuery,
  BESIDE_STREAM_MS,
  WITHOUT_STREAM_MS,
} from '../api/watch-queries.ts'
import { AlertSections } from '../parts/alert-sections.tsx'
import { Select } from '../parts/field.tsx'
import { ObjectiveList } from '../parts/objective-list.tsx'
import { OperationsBeside } from '../parts/operations-beside.tsx'
import { ChangeList, OperationsHistory } from '../parts/operations-history.tsx'
import { OperationsNow } from '../parts/operations-now.tsx'
import { Page, Section } from '../parts/page.tsx'
import { PartList } from '../parts/part-list.tsx'
import { RecoveryList } from '../parts/recovery-list.tsx'
import { ReplicaTable } from '../parts/replica-table.tsx'
import { Ago } from '../parts/server-times.tsx'
import { Loaded, Skeleton, type Asked } from '../parts/states.tsx'
import { WatchVerdict } from '../parts/watch-verdict.tsx'
import { useOperationsStream } from '../state/use-operations-stream.ts'
import { useTimed } from '../state/use-now.ts'
import { serverNow, verdictOf, type Known } from '../state/watch-verdict.ts'

const SPANS = [
  { value: '1', label: '1 hour' },
  { value: '24', label: '24 hours' },
  { value: '168', label: '7 days' },
  { value: '720', label: '30 days' },
]
/** What is old is noticed also when nothing comes any more. */
const STEP_MS = 5000
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

/** How Sophia is: what is wrong now and what to do, how it goes and went, her parts, alerts, processes and objectives. */
export function OperationsPage() {
  const [query, setQuery] = useSearchParams()
  const span = SPANS.find(({ value }) => value === query.get('hours')) ?? { value: '24', label: '24 hours' }
  const { alerts, health, objectives, operations, isLive, known } = useWatched(Number(span.value))
  const nowThere = serverNow(known)
  const skewMs = nowThere === null ? 0 : nowThere - known.nowMs
  const asked = [alerts, health, objectives]
  const spanChoice = (
    <Select
      label="Span"
      isLabelUnseen
      value={span.value}
      options={SPANS}
      onChange={(value) => setQuery({ hours: value })}
    />
  )
  return (
    <Page
      title="Operations"
      width="wide"
      note={<Freshness atMs={Math.min(alerts.dataUpdatedAt, health.dataUpdatedAt)} isLive={isLive} />}
      actions={spanChoice}
    >
      {isUnreached([alerts, health]) ? <Unreached atMs={Math.max(...asked.map((one) => one.dataUpdatedAt))} /> : null}
      {asked.every((one) => one.data !== undefined || one.isError) ? (
        <WatchVerdict verdict={verdictOf(known)} />
      ) : (
        <Skeleton lines={2} label="Asking how Sophia is" />
      )}
      <Loaded asked={operations} lines={16}>
        {(report) => <Course report={report} span={span} nowMs={nowThere ?? known.nowMs} />}
      </Loaded>
      <Section title="Parts" note="As the process that answers sees them">
        <Loaded asked={health} lines={8}>
          {({ components }) => <PartList parts={components} nowMs={nowThere} skewMs={skewMs} />}
        </Loaded>
      </Section>
      <Loaded asked={health} lines={2}>
        {({ recoveries }) => <RecoveryList recoveries={recoveries} skewMs={skewMs} />}
      </Loaded>
      <Loaded asked={alerts} lines={6}>
        {(report) => (
          <>
            <AlertSections report={report} skewMs={skewMs} />
            <ReplicaTable replicas={report.replicas} loads={operations.data?.replicas ?? null} skewMs={skewMs} />
          </>
        )}
      </Loaded>
      <OperationsBeside reader={{ zone: ZONE, nowMs: nowThere ?? known.nowMs }} />
      <Section title="Objectives" note="Over thirty days, all processes together">
        <Loaded asked={objectives} lines={10}>
          {(report) => <ObjectiveList report={report} hours={Number(span.value)} spanWords={span.label} />}
        </Loaded>
      </Section>
    </Page>
  )
}

interface CourseProps {
  report: OperationsReport
  span: { value: string; label: string }
  nowMs: number
}

/** How it goes, how it went, and what was changed meanwhile. */
function Course({ report, span, nowMs }: CourseProps) {
  return (
    <>
      <OperationsNow now={report.now} />
      <Section title="Over time" note={`All processes together, ${span.label}`}>
        <OperationsHistory report={report} hours={Number(span.value)} spanWords={span.label} />
      </Section>
      <Section title="What was changed" note="Marked on the pictures above">
        <ChangeList changes={report.changes} nowMs={nowMs} />
      </Section>
    </>
  )
}

/** All that the page reads, and the verdict's view of it. */
function useWatched(hours: number) {
  const isLive = useOperationsStream()
  // A line may stand still while all else goes on: then it is seen to a little later.
  const refetchInterval = isLive ? BESIDE_STREAM_MS : WITHOUT_STREAM_MS
  const alerts = useQuery({ ...alertsQuery, refetchInterval })
  // Anybody is told it, also while nobody can be told from another: with the database away it is all that is heard.
  const health = useQuery({ ...systemHealthQuery, refetchInterval: WITHOUT_STREAM_MS })
  const operations = useQuery({ ...operationsQuery(hours), refetchInterval })
  const objectives = useQuery(objectivesQuery(hours))
  const step = Number(useTimed((now) => String(Math.floor(now / STEP_MS))))
  const nowMs = Math.max(step * STEP_MS, alerts.dataUpdatedAt, health.dataUpdatedAt, objectives.dataUpdatedAt)
  const known: Known = {
    alerts: { data: alerts.data, atMs: alerts.dataUpdatedAt },
    health: { data: health.data, atMs: health.dataUpdatedAt },
    // While another span is on its way the last one still stands for what is known.
    objectives: { data: objectives.data, atMs: objectives.isPlaceholderData ? nowMs : objectives.dataUpdatedAt },
    nowMs,
  }
  return { alerts, health, objectives, operations, isLive, known }
}

function Freshness({ atMs, isLive }: { atMs: number; isLive: boolean }) {
  const pace = isLive ? 'as soon as the server says so' : 'each five seconds while this page is in sight'
  if (atMs === 0) return <>Looked at {pace}.</>
  return (
    <>
      Looked at <Ago at={new Date(atMs).toISOString()} skewMs={0} />, and again {pace}.
    </>
  )
}

function isUnreached(asked: readonly Asked<unknown>[]): boolean {
  return asked.some((one) => one.isPaused === true || (one.isError && toApiProblem(one.error).status === 0))
}

function Unreached({ atMs }: { atMs: number }) {
  return (
    <div className="notice notice-risk" role="alert">
      <p>
        <strong>The server is not reached.</strong>{' '}
        {atMs === 0 ? (
          'Nothing was heard of it yet.'
        ) : (
          <>
            What stands here was heard <Ago at={new Date(atMs).toISOString()} skewMs={0} />.
          </>
        )}{' '}
        It is asked again by itself.
      </p>
    </div>
  )
}
