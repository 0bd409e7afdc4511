import type { ServerStatus } from '#contract/mcp.ts'
import { BREAKER_WORDS, stateLook, type ServerDetail } from '../state/server-words.ts'
import { plural } from '../state/words.ts'
import { Ago, Countdown } from './server-times.tsx'
import { SignalTag } from './signal.tsx'

/** The state as a word and a shape; what somebody switched off is known, so it is not hatched. */
export function StateTag({ server }: { server: ServerStatus }) {
  const { signal, words } = stateLook(server)
  const isByWill = server.state === 'disabled' || server.state === 'maintenance'
  if (isByWill) return <span className="signal server-plain">{words}</span>
  return <SignalTag signal={signal}>{words}</SignalTag>
}

/** What else has to be known at a glance; nothing when all is as usual. */
export function ServerMarks({ server, skewMs }: { server: ServerStatus; skewMs: number }) {
  const { detail } = server
  const isHeldUp = !server.serving && server.state !== 'disabled'
  if (!detail) return isHeldUp ? <NotServing /> : null
  return (
    <ul className="server-marks tiny">
      {detail.critical ? (
        <li title="When this is down, all is said to be down">
          <span className="signal server-plain">Critical</span>
        </li>
      ) : null}
      {detail.probe.stale ? <Stale lastAt={detail.probe.lastAt} skewMs={skewMs} /> : null}
      {detail.flapping ? <Flapping detail={detail} skewMs={skewMs} /> : null}
      {detail.breaker === 'closed' ? null : (
        <li>
          <SignalTag signal={detail.breaker === 'open' ? 'risk' : 'watch'}>{BREAKER_WORDS[detail.breaker]}</SignalTag>
        </li>
      )}
      {isHeldUp && detail.breaker === 'closed' ? (
        <li>
          <SignalTag signal="watch">Calls are not sent</SignalTag>
        </li>
      ) : null}
      {detail.capabilities.missingExpected.length > 0 ? (
        <li>
          <SignalTag signal="watch">
            {`${plural(detail.capabilities.missingExpected.length, 'expected tool')} missing`}
          </SignalTag>
        </li>
      ) : null}
    </ul>
  )
}

function NotServing() {
  return (
    <ul className="server-marks tiny">
      <li>
        <SignalTag signal="watch">Calls are not sent</SignalTag>
      </li>
    </ul>
  )
}

function Stale({ lastAt, skewMs }: { lastAt: string | null; skewMs: number }) {
  return (
    <li>
      <SignalTag signal="unknown">Out of date</SignalTag>{' '}
      <span className="quiet">
        {lastAt ? (
          <>
            last heard <Ago at={lastAt} skewMs={skewMs} />
          </>
        ) : (
          'never heard'
        )}
      </span>
    </li>
  )
}

function Flapping({ detail, skewMs }: { detail: ServerDetail; skewMs: number }) {
  return (
    <li>
      <SignalTag signal="watch">Flapping</SignalTag>{' '}
      <span className="quiet">
        {plural(detail.transitions1h, 'change')} in 1 h
        {detail.suppressedUntil ? (
          <>
            , held back, looks again <Countdown at={detail.suppressedUntil} skewMs={skewMs} />
          </>
        ) : null}
      </span>
    </li>
  )
}
