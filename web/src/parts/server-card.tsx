import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { ServerStatus } from '#contract/mcp.ts'
import { toolsQuery } from '../api/mcp-queries.ts'
import {
  AUTH_NEEDS_SOMEBODY,
  AUTH_WORDS,
  isWaiting,
  msWords,
  outcomeWords,
  rateWords,
  shareWords,
  stateLook,
  targetWords,
  tooFewWords,
  type ServerDetail,
} from '../state/server-words.ts'
import { countWords, plural } from '../state/words.ts'
import { ProbeButton, ProbeResult, SignInButton } from './server-actions.tsx'
import { ProbeSpark } from './server-latency.tsx'
import { ServerMarks, StateTag } from './server-marks.tsx'
import { Ago, Countdown, Since } from './server-times.tsx'
import { Unknown } from './values.tsx'
import { useProbe } from '../state/use-servers.ts'
import { useMay } from '../state/use-me.ts'

interface CardProps {
  server: ServerStatus
  /** The address of its sheet. */
  href: string
  skewMs: number
}

/** One connection as it stands: what it is, how it does, why, and what comes next. */
export function ServerCard({ server, href, skewMs }: CardProps) {
  const { detail } = server
  return (
    <li className={`server-card is-${server.state === 'disabled' ? 'off' : stateLook(server).signal}`}>
      <div className="server-head">
        <h2>
          <Link href={href} className="server-name">
            {server.name}
          </Link>
        </h2>
        <StateTag server={server} />
      </div>
      <p className="server-place tiny quiet">
        <code>{server.id}</code>
        {detail ? (
          <code className="truncate" title={detail.target}>
            {targetWords(detail.target)}
          </code>
        ) : null}
        {server.since ? <Since at={server.since} skewMs={skewMs} /> : null}
      </p>
      <p className="server-says">{server.says}</p>
      <ServerMarks server={server} skewMs={skewMs} />
      {detail ? <CardFigures detail={detail} /> : null}
      {detail ? <LastFault detail={detail} says={server.says} skewMs={skewMs} /> : null}
      <CardFoot server={server} href={href} skewMs={skewMs} />
    </li>
  )
}

/** What comes next, and what may be done at once. */
function CardFoot({ server, href, skewMs }: CardProps) {
  const { detail } = server
  const probe = useProbe(server.id)
  const mayManage = useMay('mcp:manage')
  const needsSignIn = AUTH_NEEDS_SOMEBODY.has(server.auth) && server.state !== 'disabled'
  return (
    <div className="server-foot">
      <p className="server-next tiny quiet tabular">
        <span className={needsSignIn ? 'watch-text' : ''}>{AUTH_WORDS[server.auth]}</span>
        {detail ? <NextProbe detail={detail} skewMs={skewMs} /> : null}
        {detail ? <ToolCount server={server} href={href} detail={detail} /> : null}
        {detail?.source === 'file' ? <span>from mcp.json, changed there</span> : null}
      </p>
      <ProbeResult probe={probe} />
      <div className="actions">
        {mayManage ? <ProbeButton name={server.name} probe={probe} /> : null}
        {needsSignIn ? <SignInButton server={server} /> : null}
        <Link href={href} className="button button-bare" aria-label={`Open ${server.name}`}>
          Open
        </Link>
      </div>
    </div>
  )
}

/** From here on errors are what one sees first. */
const MANY_ERRORS = 0.05

function CardFigures({ detail }: { detail: ServerDetail }) {
  const { latency, availability } = detail
  const { calls } = latency
  const fewProbes = tooFewWords(latency.n, 'probe')
  const fewCalls = tooFewWords(calls.n, 'call')
  const spark = <ProbeSpark history={detail.history} latency={latency} />
  // A wall of dashes says no more than one hatched line.
  if (latency.n === 0 && calls.n === 0) return detail.enabled ? spark : null
  return (
    <>
      {spark}
      <dl className="server-figures">
        <Figure name="p50" ms={latency.p50} without={fewProbes} />
        <Figure name="p95" ms={latency.p95} without={fewProbes} />
        <Figure name="Calls p95" ms={calls.p95} without={fewCalls} />
        <div>
          <dt>Call errors</dt>
          <dd className={(calls.errorRate ?? 0) > MANY_ERRORS ? 'risk-text' : ''}>
            {calls.errorRate === null ? <Unknown what={fewCalls ?? 'unknown'} /> : rateWords(calls.errorRate)}
          </dd>
        </div>
        {(['5m', '1h', '24h'] as const).map((span) => (
          <div key={span}>
            <dt>Up {span.replace('m', ' min').replace('h', ' h')}</dt>
            <dd>
              {availability[span] === null ? <Unknown what="nothing was asked" /> : shareWords(availability[span])}
            </dd>
          </div>
        ))}
        <div>
          <dt>Calls</dt>
          <dd>{countWords(calls.n)}</dd>
        </div>
      </dl>
    </>
  )
}

function Figure({ name, ms, without }: { name: string; ms: number | null; without: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{ms === null ? <Unknown what={without ?? 'unknown'} /> : msWords(ms)}</dd>
    </div>
  )
}

function LastFault({ detail, says, skewMs }: { detail: ServerDetail; says: string; skewMs: number }) {
  const fault = detail.lastError
  if (!fault) return null
  return (
    <p className="server-fault small">
      <strong>{outcomeWords(fault.class)}</strong>{' '}
      <span className="quiet tiny tabular">
        <Ago at={fault.at} skewMs={skewMs} />
        {fault.count1h > 0 ? `, ${countWords(fault.count1h)} in the last hour` : ''}
      </span>
      {says.includes(fault.message) ? null : <span className="server-fault-words">{fault.message}</span>}
    </p>
  )
}

function NextProbe({ detail, skewMs }: { detail: ServerDetail; skewMs: number }) {
  const { kind, nextAt } = detail.probe
  if (kind === 'none' || nextAt === null) return <span>No probe planned</span>
  return (
    <span>
      Next probe <Countdown at={nextAt} skewMs={skewMs} />
    </span>
  )
}

function ToolCount({ server, href, detail }: { server: ServerStatus; href: string; detail: ServerDetail }) {
  // Only where something drifted can anything wait.
  const { drift, tools, hash } = detail.capabilities
  const asked = useQuery({ ...toolsQuery(server.id), enabled: drift })
  const waiting = (asked.data?.items ?? []).filter(isWaiting).length
  return (
    <>
      <span>{hash === null ? 'Tools not known yet' : plural(tools, 'tool')}</span>
      {drift ? (
        <Link href={href} className="text-link">
          {waiting > 0 ? `${countWords(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for approval` : 'Tools changed'}
        </Link>
      ) : null}
    </>
  )
}
