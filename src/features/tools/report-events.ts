import type { StatusEvent } from '#contract/mcp.ts'
import { isFlapping } from '#domain/mcp/server-health.ts'
import type { Happening, ServerReport } from '#domain/mcp/server-report.ts'

/** What readers of a server's status are told when a happening made another report of the one before. */
export function eventsOf(
  server: string,
  { before, after }: { readonly before: ServerReport; readonly after: ServerReport },
  happening: Happening,
): StatusEvent[] {
  const at = new Date(happening.atMs).toISOString()
  const events: StatusEvent[] = []
  if (happening.kind === 'probed') {
    const { outcome, ms } = happening.probe
    events.push({ type: 'probe', at, server, outcome, ms })
  }
  const { health } = after
  if (health.state !== before.health.state)
    events.push({
      type: 'state-change',
      at,
      server,
      from: before.health.state,
      to: health.state,
      reason: health.reason,
    })
  const until = health.heldUntilMs
  if (until !== null && until !== before.health.heldUntilMs && isFlapping(health, happening.atMs))
    events.push({ type: 'flap', at, server, until: new Date(until).toISOString() })
  return events
}
