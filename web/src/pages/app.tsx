import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { toApiProblem } from '../api/api-problem.ts'
import { meQuery } from '../api/queries.ts'
import { OutageParts } from '../parts/outage-parts.tsx'
import { Problem, Skeleton } from '../parts/states.tsx'
import { ahead } from '../state/ahead.ts'
import { MeContext, useMay, useMe } from '../state/use-me.ts'
import { AuditPage } from './audit-page.tsx'
import { ClientPage } from './client-page.tsx'
import { ClientsPage } from './clients-page.tsx'
import { DealPage } from './deal-page.tsx'
import { DealsPage } from './deals-page.tsx'
import { DraftsPage } from './drafts-page.tsx'
import { HomePage } from './home-page.tsx'
import { ImportPage } from './import-page.tsx'
import { KeysPage } from './keys-page.tsx'
import { MembersPage } from './members-page.tsx'
import { MemoryPage } from './memory-page.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { PersonasPage } from './personas-page.tsx'
import { QbrPage } from './qbr-page.tsx'
import { RepPage } from './rep-page.tsx'
import { RepsPage } from './reps-page.tsx'
import { PipelinePage, PortfolioPage } from './review-page.tsx'
import { Shell } from './shell.tsx'
import { SignInPage } from './sign-in-page.tsx'
import { StartPage } from './start-page.tsx'
import { UnsubscribePage } from './unsubscribe-page.tsx'
import { UsagePage } from './usage-page.tsx'

// Conversations bring the Markdown reader, which home does not need for its first paint.
const TalkPage = lazy(ahead(() => import('./talk-page.tsx').then((room) => ({ default: room.TalkPage }))))
const BriefingSettingsPage = lazy(
  ahead(() => import('./briefing-page.tsx').then((room) => ({ default: room.BriefingSettingsPage }))),
)
const JobsPage = lazy(() => import('./jobs-page.tsx').then((room) => ({ default: room.JobsPage })))
const DrillsPage = lazy(() => import('./drills-page.tsx').then((room) => ({ default: room.DrillsPage })))
const CachePage = lazy(() => import('./cache-page.tsx').then((room) => ({ default: room.CachePage })))
const OperationsPage = lazy(() => import('./operations-page.tsx').then((room) => ({ default: room.OperationsPage })))
const CalendarPage = lazy(() => import('./calendar-page.tsx').then((room) => ({ default: room.CalendarPage })))
const ConnectionsPage = lazy(() => import('./connections-page.tsx').then((room) => ({ default: room.ConnectionsPage })))

export function App() {
  return (
    <Switch>
      <Route path="/sign-in">
        <SignInPage />
      </Route>
      <Route path="/unsubscribe" component={UnsubscribePage} />
      <Route>
        <SignedIn />
      </Route>
    </Switch>
  )
}

/** Whoever waits for the server to come back need not press anything. */
const TRY_AGAIN_MS = 5000

function SignedIn() {
  const me = useQuery({
    ...meQuery,
    refetchInterval: ({ state }) =>
      state.data === undefined && state.status === 'error' && toApiProblem(state.error).status !== 401
        ? TRY_AGAIN_MS
        : false,
  })
  if (me.data) {
    return (
      <MeContext value={me.data}>
        <Shell>
          <Pages />
        </Shell>
      </MeContext>
    )
  }
  if (!me.isError) return <Skeleton label="Opening Sophia" />
  if (toApiProblem(me.error).status === 401) return <Redirect to="/sign-in" replace />
  return (
    <main className="alone">
      <Problem thrown={me.error} onRetry={() => void me.refetch()} kept="It is tried again by itself." />
      <OutageParts />
    </main>
  )
}

function Pages() {
  return (
    <Suspense fallback={<Skeleton />}>
      <Switch>
        <Route path="/" component={FrontDoor} />
        <Route path="/start" component={StartPage} />
        <Route path="/conversations/:id?">{({ id }) => <TalkPage {...(id ? { conversationId: id } : {})} />}</Route>
        <Route path="/talk/:persona">{({ persona }) => <TalkPage persona={persona} key={persona} />}</Route>
        <Route path="/deals" component={DealsPage} />
        <Route path="/deals/:id">{({ id }) => <DealPage id={id} />}</Route>
        <Route path="/clients" component={ClientsPage} />
        <Route path="/clients/:id/qbr">{({ id }) => <QbrPage id={id} />}</Route>
        <Route path="/clients/:id">{({ id }) => <ClientPage id={id} />}</Route>
        <Route path="/pipeline" component={PipelinePage} />
        <Route path="/portfolio" component={PortfolioPage} />
        <Route path="/reps" component={RepsPage} />
        <Route path="/reps/:id">{({ id }) => <RepPage id={id} />}</Route>
        <Route path="/memory/:id?">{({ id }) => <MemoryPage {...(id ? { id } : {})} />}</Route>
        <Route path="/briefing" component={BriefingSettingsPage} />
        <Route path="/personas/:id?">{({ id }) => <PersonasPage {...(id ? { id } : {})} />}</Route>
        <Route path="/usage" component={UsagePage} />
        <Route>
          <PermittedPages />
        </Route>
      </Switch>
    </Suspense>
  )
}

/** Pages that only some may open; for the others they are not there. */
function PermittedPages() {
  const mayImport = useMay('records:import')
  const mayReadMembers = useMay('member:read')
  const mayUseKeys = useMay('key:manage-own')
  const mayReadAudit = useMay('audit:read')
  const mayDraft = useMay('draft:use')
  const maySeeConnections = useMay('mcp:read')
  const maySeeCalendar = useMay('calendar:read')
  const mayReadWatch = useMay('watch:read')
  const mayManageCache = useMay('cache:manage')
  const mayManageJobs = useMay('job:manage')
  return (
    <Switch>
      {mayDraft ? <Route path="/drafts/:id?">{({ id }) => <DraftsPage {...(id ? { id } : {})} />}</Route> : null}
      {mayImport ? <Route path="/import/:id?">{({ id }) => <ImportPage {...(id ? { id } : {})} />}</Route> : null}
      {mayReadMembers ? <Route path="/members" component={MembersPage} /> : null}
      {mayUseKeys ? <Route path="/keys" component={KeysPage} /> : null}
      {maySeeConnections ? (
        <Route path="/connections/:id?">{({ id }) => <ConnectionsPage {...(id ? { id } : {})} />}</Route>
      ) : null}
      {maySeeCalendar ? (
        <Route path="/calendar/:part?">{({ part }) => <CalendarPage {...(part ? { part } : {})} />}</Route>
      ) : null}
      {mayReadWatch ? <Route path="/operations" component={OperationsPage} /> : null}
      {mayReadWatch ? (
        <Route path="/drills/:name?">{({ name }) => <DrillsPage {...(name ? { name } : {})} />}</Route>
      ) : null}
      {mayManageCache ? <Route path="/cache" component={CachePage} /> : null}
      {mayManageJobs ? <Route path="/jobs" component={JobsPage} /> : null}
      {mayReadAudit ? <Route path="/audit" component={AuditPage} /> : null}
      <Route component={NotFoundPage} />
    </Switch>
  )
}

function FrontDoor() {
  const { company } = useMe()
  return company.hasData ? <HomePage /> : <StartPage />
}
