import type { Tool } from '#contract/mcp.ts'
import { definitionDiff, effectOf, namespacedName } from '#domain/mcp/tool-definition.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import { verdictOf } from './call-server.ts'
import type { Hub } from './hub.ts'
import type { ServerWatch } from './server-watch.ts'
import type { ToolRow } from './tools-store.ts'

/** One tool of one server, by the name that models and people use for it. */
export interface Listed {
  readonly name: string
  readonly watch: ServerWatch
  readonly pin: ToolRow
}

type PinState = Tool['state']

/** May it be called: only as it was agreed to. */
export function pinState({ approvedHash, seenHash, isListed }: ToolRow): PinState {
  if (!isListed) return 'gone'
  if (approvedHash === null) return 'new'
  return approvedHash === seenHash ? 'approved' : 'changed'
}

// Made once per pin: a call looks through all of them for its name.
const names = new WeakMap<ToolRow, string>()

function nameOf(pin: ToolRow): string {
  const known = names.get(pin)
  if (known !== undefined) return known
  const name = namespacedName(pin.serverId, pin.name, contentHash)
  names.set(pin, name)
  return name
}

/** Every tool that was ever listed by a server that is set up now. */
export function listCatalogue(hub: Hub): Listed[] {
  return hub.watches().flatMap((watch) =>
    [...watch.state.pins.values()].map((pin) => ({
      name: nameOf(pin),
      watch,
      pin,
    })),
  )
}

export function findTool(hub: Hub, name: string): Listed | undefined {
  return listCatalogue(hub).find((listed) => listed.name === name)
}

/** `nowMs` by the clock of the reports. */
export function presentTool({ name, watch, pin }: Listed, nowMs: number): Tool {
  const { seen, approved, seenHash, seenAt, approvedAt, serverId } = pin
  return {
    name,
    server: serverId,
    tool: pin.name,
    title: seen.title ?? pin.name,
    description: seen.description,
    effect: effectOf(seen),
    state: pinState(pin),
    hash: `sha256:${seenHash}`,
    diff: approved === null ? [] : definitionDiff(approved, seen),
    seenAt: seenAt.toISOString(),
    approvedAt: approvedAt?.toISOString() ?? null,
    inputSchema: seen.inputSchema,
    serving: verdictOf(watch.state, nowMs).serving,
  }
}

/** Whether a persona's list of connections and tools names this tool. */
export function isPermitted(tools: readonly string[], { name, pin }: Listed): boolean {
  return tools.some((entry) => entry === '*' || entry === pin.serverId || entry === name)
}
