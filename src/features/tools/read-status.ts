import type { z } from 'zod'
import type { McpStatus, ProbeAnswer, ServerStatus, StatusQuery, Transition } from '#contract/mcp.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { countsOf, overallOf, presentServer } from './present-status.ts'
import type { ServerWatch } from './server-watch.ts'
import type { ToolsNeeds } from './tools-needs.ts'

type Transitions = z.infer<typeof Transition>[]

const SHOWN_TRANSITIONS = 20
/** All servers, as all processes know them together. It reads memory; only `verbose` looks into the stored history. */
export async function readStatus(
  needs: ToolsNeeds,
  principal: Principal,
  query: z.infer<typeof StatusQuery>,
): Promise<McpStatus> {
  const { hub, clock } = needs
  const wanted = query.server?.split(',')
  const watches = hub.watches().filter(({ state }) => wanted === undefined || wanted.includes(state.definition.id))
  const isFull = can(principal, 'mcp:manage')
  const isVerbose = isFull && query.verbose === '1'
  const servers = await Promise.all(
    watches.map(async (watch) =>
      presentServer({ nowMs: hub.nowMs(), history: hub.history }, watch.state, {
        isFull,
        transitions: isVerbose ? await transitionsOf(needs, watch) : null,
        ownWanted: watch.wantedOf(principal.memberId),
      }),
    ),
  )
  const states = watches.map(({ state }) => state)
  return {
    version: 1,
    generatedAt: clock.now().toISOString(),
    uptimeSeconds: Math.floor(process.uptime()),
    overall: overallOf(states),
    monitor: {
      running: hub.isRunning(),
      instance: needs.processId,
      probing: hub.probing(),
      asOf: hub.asOf()?.toISOString() ?? null,
      lastSweepAt: hub.lastSweepAt()?.toISOString() ?? null,
      lagMs: hub.lagMs(),
      faults: isFull ? [...hub.faults()] : [],
    },
    counts: countsOf(states),
    servers,
  }
}

export async function readServerStatus(needs: ToolsNeeds, principal: Principal, id: string): Promise<ServerStatus> {
  const watch = findWatch(needs, id)
  const isFull = can(principal, 'mcp:manage')
  const { hub } = needs
  return presentServer({ nowMs: hub.nowMs(), history: hub.history }, watch.state, {
    isFull,
    transitions: isFull ? await transitionsOf(needs, watch) : null,
    ownWanted: watch.wantedOf(principal.memberId),
  })
}

export async function probeServerNow(
  needs: ToolsNeeds,
  principal: Principal,
  id: string,
): Promise<z.infer<typeof ProbeAnswer>> {
  const watch = findWatch(needs, id)
  // Whoever asks wants the whole truth: the tools are listed too.
  watch.state.isListDue = true
  await watch.probeNow()
  const { lastProbe, lastFault } = watch.state.keeper.report
  const outcome = lastProbe?.outcome ?? 'unknown'
  return {
    outcome,
    ms: Math.round((lastProbe?.ms ?? 0) * 10) / 10,
    message: outcome === 'ok' ? null : (lastFault?.message ?? null),
    server: await readServerStatus(needs, principal, id),
  }
}

function findWatch({ hub }: ToolsNeeds, id: string): ServerWatch {
  const watch = hub.get(id)
  if (!watch) throw new SophiaError('NOT_FOUND', { detail: `There is no connection "${id}".` })
  return watch
}

async function transitionsOf({ hub }: ToolsNeeds, { state }: ServerWatch): Promise<Transitions> {
  const rows = await hub.history.transitions(state.definition.id, SHOWN_TRANSITIONS)
  return rows.map(({ at, ...row }) => ({ at: at.toISOString(), ...row }))
}
