import type { Clock } from '#domain/clock.ts'
import type { EraVerdict, McpConnection } from '#platform/mcp-client/mcp-connection.ts'
import { openMcpConnection, type OpenOptions } from '#platform/mcp-client/open-mcp-connection.ts'
import { toRetiring, type RetiringConnection } from './retiring-connection.ts'
import type { ServerDefinition } from './server-definition.ts'

/** Of one answer of a server. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024
const CONNECT_MS = 5000
/** A package that is fetched at its first start takes its time, and is no crash. */
const STDIO_CONNECT_MS = 30_000
/** An old verdict on a server of the old era may be of a new server that was ill; asked again after a day. */
const LEGACY_VERDICT_MS = 24 * 3_600_000

export interface LineNeeds {
  readonly clock: Clock
  readonly version: string
  readonly fetch: typeof fetch
  readonly inherited: Readonly<Record<string, string>>
  readonly authProvider?: OpenOptions['authProvider']
  readonly onToolsChanged: () => void
  /** The line broke off by itself. */
  readonly onBroken: (exit: { readonly code: number | null; readonly lastWords: string } | null) => void
  readonly onVerdict: (verdict: EraVerdict) => void
  /** All durations times this; 1 outside tests. */
  readonly pace: number
}

/** The era a server was seen to speak, shared by all lines to it. */
export interface KnownEra {
  verdict: EraVerdict | null
  atMs: number
}

/** The one open connection to a server, opened when it is needed and shared by all who need it. */
export interface ServerLine {
  /** Opens it unless it is open; whoever asks meanwhile waits for the same. */
  ensure(): Promise<McpConnection>
  current(): McpConnection | null
  /** The next `ensure` opens a new one. */
  drop(): void
  close(): Promise<void>
}

export function createServerLine({ target }: ServerDefinition, needs: LineNeeds, known: KnownEra): ServerLine {
  let open: RetiringConnection | null = null
  let opening: Promise<RetiringConnection> | null = null
  const connect = async (): Promise<RetiringConnection> => {
    const { verdict } = known
    const isOld = verdict?.era === 'legacy' && needs.clock.now().getTime() - known.atMs > LEGACY_VERDICT_MS
    const opened = await openMcpConnection(target, {
      clientVersion: needs.version,
      fetch: needs.fetch,
      authProvider: needs.authProvider,
      inherited: needs.inherited,
      timeoutMs: (target.kind === 'stdio' ? STDIO_CONNECT_MS : CONNECT_MS) * needs.pace,
      verdict: isOld ? null : verdict,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      onToolsChanged: needs.onToolsChanged,
      onEnd: (exit) => {
        // Of another line than the one in use, which was let go on purpose.
        if (open?.pid !== opened.pid) return
        open = null
        needs.onBroken(exit)
      },
    }).catch((error: unknown) => {
      // Whatever was believed of the server may be why.
      known.verdict = null
      throw error
    })
    const connection = toRetiring(opened)
    known.verdict = connection.verdict
    known.atMs = needs.clock.now().getTime()
    if (verdict?.era !== connection.verdict.era || isOld) needs.onVerdict(connection.verdict)
    open = connection
    return connection
  }
  return {
    ensure: () => {
      if (open) return Promise.resolve(open)
      opening ??= connect().finally(() => {
        opening = null
      })
      return opening
    },
    current: () => open,
    drop: () => {
      open?.retire()
      open = null
    },
    close: async () => {
      await opening?.catch(() => undefined)
      const gone = open
      open = null
      await gone?.close()
    },
  }
}
