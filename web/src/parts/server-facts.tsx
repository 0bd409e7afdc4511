import {
  BREAKER_WORDS,
  msWords,
  outcomeWords,
  PROBE_WORDS,
  rateWords,
  reasonWords,
  shareWords,
  stateWords,
  tooFewWords,
  type ServerDetail,
} from '../state/server-words.ts'
import { countWords, durationWords, plural } from '../state/words.ts'
import { Fact, Facts } from './facts.tsx'
import { Section } from './page.tsx'
import { Ago, Countdown } from './server-times.tsx'
import { Bar } from './signal.tsx'
import { Text, TimeText, Unknown } from './values.tsx'

export function LatencyTable({ latency }: Pick<ServerDetail, 'latency'>) {
  const { calls } = latency
  const rows = [
    { name: 'Probes', figures: latency, few: tooFewWords(latency.n, 'probe') },
    { name: 'Calls', figures: calls, few: tooFewWords(calls.n, 'call') },
  ]
  const sentences = [
    ...rows.map((row) => row.few),
    latency.ewma === null ? null : `moving average ${msWords(latency.ewma)}`,
    calls.errorRate === null ? null : `${rateWords(calls.errorRate)} of calls failed`,
  ].filter((part) => part !== null)
  return (
    <>
      <table className="plain server-latency">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Of</span>
            </th>
            {['p50', 'p95', 'p99', 'n'].map((name) => (
              <th key={name} scope="col" className="is-number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, figures, few }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {[figures.p50, figures.p95, figures.p99].map((ms, index) => (
                // Percentiles stand in the order of the head.
                // oxlint-disable-next-line react/no-array-index-key
                <td key={index} className="is-number">
                  {ms === null ? <Unknown what={few ?? 'unknown'} /> : msWords(ms)}
                </td>
              ))}
              <td className="is-number">{countWords(figures.n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small quiet">{sentences.join(' · ')}</p>
    </>
  )
}

const SPANS = [
  ['5m', 'Last 5 min'],
  ['1h', 'Last hour'],
  ['24h', 'Last day'],
] as const

export function Availability({ availability }: Pick<ServerDetail, 'availability'>) {
  return (
    <ul className="server-availability small">
      {SPANS.map(([span, name]) => {
        const share = availability[span]
        return (
          <li key={span}>
            <span>{name}</span>
            <Bar value={share} signal={signalOfShare(share)} label={`${name}: ${shareWords(share)}`} />
            <span className="tabular">{shareWords(share)}</span>
          </li>
        )
      })}
    </ul>
  )
}

function signalOfShare(share: number | null): 'good' | 'watch' | 'risk' {
  if (share === null || share >= 0.99) return 'good'
  return share >= 0.9 ? 'watch' : 'risk'
}

export function FaultDetail({ fault, skewMs }: { fault: NonNullable<ServerDetail['lastError']>; skewMs: number }) {
  const place = [
    fault.httpStatus === null ? null : `HTTP ${fault.httpStatus}`,
    fault.code === null ? null : `code ${fault.code}`,
  ].filter((part) => part !== null)
  return (
    <Section title="Last error">
      <div className="server-fault small">
        <p>
          <strong>{outcomeWords(fault.class)}</strong>{' '}
          <span className="quiet">
            <Ago at={fault.at} skewMs={skewMs} />
            {fault.count1h > 0 ? `, ${plural(fault.count1h, 'time')} in the last hour` : ''}
          </span>
        </p>
        <p className="server-fault-words">{fault.message}</p>
        <p className="tiny quiet">
          <code>{[fault.class, ...place].join(' · ')}</code>
        </p>
        {fault.correlationId ? (
          <p className="tiny quiet">
            Logged as <code>{fault.correlationId}</code>
          </p>
        ) : null}
      </div>
    </Section>
  )
}

export function Transitions({ transitions }: { transitions: ServerDetail['history']['transitions'] }) {
  if (transitions.length === 0) return <p className="small quiet">None since it is known.</p>
  return (
    <ol className="server-transitions small">
      {transitions.toReversed().map((one) => (
        <li key={`${one.at} ${one.to}`}>
          <span className="quiet tabular">
            <TimeText instant={one.at} />
          </span>
          <span>
            {stateWords(one.from)} <span aria-hidden="true">→</span>
            <span className="unseen">to</span> <strong>{stateWords(one.to)}</strong>
            <span className="quiet">, {reasonWords(one.reason)}</span>
          </span>
        </li>
      ))}
    </ol>
  )
}

const ERA_WORDS = { modern: 'Modern, without sessions', legacy: 'Legacy, with a session' } as const

export function Connection({ detail }: { detail: ServerDetail }) {
  const { protocol, capabilities } = detail
  const others = protocol.supported.filter((version) => version !== protocol.version)
  return (
    <Facts>
      <Fact name={detail.transport === 'stdio' ? 'Program' : 'Address'}>
        <code>{detail.target}</code>
      </Fact>
      <Fact name="Comes from">{detail.source === 'file' ? 'mcp.json on disk' : 'Added here'}</Fact>
      <Fact name="Protocol">
        {protocol.era ? ERA_WORDS[protocol.era] : <Unknown what="not agreed yet" />}
        {protocol.version ? `, ${protocol.version}` : ''}
      </Fact>
      {others.length > 0 ? <Fact name="Also speaks">{others.join(', ')}</Fact> : null}
      <Fact name="Says it is">
        <Text value={protocol.server ? `${protocol.server.name} ${protocol.server.version}` : null} />
      </Fact>
      <Fact name="Agreed">
        <TimeText instant={protocol.verdictAt} />
      </Fact>
      <Fact name="Offers">{offerWords(capabilities)}</Fact>
      {capabilities.missingExpected.length > 0 ? (
        <Fact name="Missing">
          <code>{capabilities.missingExpected.join(', ')}</code>
        </Fact>
      ) : null}
      <Fact name="Offer changed">
        <TimeText instant={capabilities.changedAt} />
      </Fact>
      <Fact name="Calls">{BREAKER_WORDS[detail.breaker]}</Fact>
      <SessionFact session={detail.session} />
      {detail.process ? <ProcessFact process={detail.process} /> : null}
    </Facts>
  )
}

function offerWords({ hash, tools, prompts, resources }: ServerDetail['capabilities']): string {
  if (hash === null) return 'Not known yet'
  const also = [prompts ? plural(prompts, 'prompt') : '', resources ? plural(resources, 'resource') : '']
  return [plural(tools, 'tool'), ...also.filter(Boolean)].join(', ')
}

function SessionFact({ session }: Pick<ServerDetail, 'session'>) {
  return (
    <Fact name="Session">
      {session.reconnects1h === 0
        ? 'Not lost in the last hour'
        : `Opened again ${plural(session.reconnects1h, 'time')} in 1 h`}
      {session.lastReconnectAt ? (
        <>
          , last <TimeText instant={session.lastReconnectAt} />
          {session.lastReconnectCause ? `: ${reasonWords(session.lastReconnectCause)}` : ''}
        </>
      ) : null}
    </Fact>
  )
}

function ProcessFact({ process }: { process: NonNullable<ServerDetail['process']> }) {
  const parts = [
    process.pid === null ? 'Not running' : `Runs as ${process.pid}`,
    process.restarts24h === 0 ? 'not restarted today' : `restarted ${plural(process.restarts24h, 'time')} in 24 h`,
    ...(process.exitCode === null ? [] : [`last exit code ${process.exitCode}`]),
  ]
  return <Fact name="Process">{parts.join(', ')}</Fact>
}

export function ProbeFacts({ detail, skewMs }: { detail: ServerDetail; skewMs: number }) {
  const { probe } = detail
  return (
    <Facts>
      <Fact name="A probe">{PROBE_WORDS[probe.kind]}</Fact>
      <Fact name="Rhythm">
        every {durationWords(probe.intervalMs)}, waits at most {durationWords(probe.timeoutMs)}
      </Fact>
      <Fact name="Last">
        <TimeText instant={probe.lastAt} />
        {probe.lastOutcome ? `: ${outcomeWords(probe.lastOutcome).toLowerCase()}` : ''}
        {probe.lastMs === null ? '' : ` ${probe.lastOutcome === 'ok' ? 'in' : 'after'} ${msWords(probe.lastMs)}`}
        {/* The end of its id tells processes apart; the start is the time they began at. */}
        {probe.by === null ? null : <span title={probe.by}>{`, by process ${probe.by.slice(-6)}`}</span>}
      </Fact>
      <Fact name="Last good one">
        <TimeText instant={probe.lastOkAt} />
      </Fact>
      <Fact name="In a row">
        {probe.consecutiveFailures > 0
          ? `${plural(probe.consecutiveFailures, 'failure')}`
          : plural(probe.consecutiveSuccesses, 'success', 'successes')}
      </Fact>
      <Fact name="Next">
        {probe.nextAt ? <Countdown at={probe.nextAt} skewMs={skewMs} /> : <Unknown what="none planned" />}
      </Fact>
    </Facts>
  )
}
