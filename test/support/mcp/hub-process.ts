/** A process that holds a stdio server open until it is ended: prints the pids of child and grandchild, as one JSON line. */
import { z } from 'zod'
import { openMcpConnection } from '#platform/mcp-client/open-mcp-connection.ts'
import { readdirSync, readFileSync } from 'node:fs'

const program = z.object({ command: z.string(), args: z.array(z.string()) }).parse(JSON.parse(process.argv[2] ?? '{}'))
const connection = await openMcpConnection(
  { kind: 'stdio', ...program, env: {}, cwd: undefined },
  {
    clientVersion: 'test',
    fetch,
    inherited: { PATH: process.env['PATH'] ?? '' },
    timeoutMs: 20_000,
    verdict: null,
    maxAnswerBytes: 1_000_000,
    onToolsChanged: () => undefined,
    onEnd: () => undefined,
  },
)
const pid = connection.pid() ?? 0
process.once('SIGTERM', () => void connection.close().then(() => process.exit(0)))
process.stdout.write(`${JSON.stringify([pid, ...(await grandchildren(pid))])}\n`)
setInterval(() => undefined, 60_000)

/** Those of the child's group that the child itself started; the watcher of the group is none of its own. */
async function grandchildren(parent: number): Promise<number[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => isChildOf(name, parent))
      .map(Number)
    if (found.length > 0) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return []
}

function isChildOf(pid: string, parent: number): boolean {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const isNode = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node')
    return Number(fields.split(' ')[1]) === parent && isNode
  } catch {
    // It ended while it was looked at.
    return false
  }
}
