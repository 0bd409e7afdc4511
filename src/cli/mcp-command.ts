import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { NewServer, type ServerStatus, type Tool } from '#contract/mcp.ts'
import { SophiaError } from '#domain/errors.ts'
import { withoutControls } from '#platform/log/without-controls.ts'
import { EXIT } from './exit-code.ts'
import type { McpDoor } from './mcp-door.ts'

/** Opens the way to the servers for one command; `close` lets go of everything it opened. */
export type OpenMcp = () => Promise<{ door: McpDoor; close(): Promise<void> }>

interface AddOptions {
  readonly name?: string
  readonly header: readonly string[]
  readonly headerFile?: string
  readonly critical?: boolean
  readonly expectTool: readonly string[]
  readonly json?: boolean
}

interface JsonOption {
  readonly json?: boolean
}

/** `sophia mcp list|add|remove|probe|approve`. */
export function addMcpCommand(program: Command, open: OpenMcp): void {
  const command = program.command('mcp').description('connections to MCP servers: list, add, remove, look at, approve')
  addList(command, open)
  addAdd(command, open)
  addRemove(command, open)
  addProbe(command, open)
  addApprove(command, open)
}

function addList(command: Command, open: OpenMcp): void {
  command
    .command('list')
    .description('every connection: its state, whether it serves, since when, and what was last amiss')
    .option('--json', 'print JSON, one connection per line')
    .action((options: JsonOption) =>
      withDoor(open, async (door) => {
        const { servers, monitor } = await door.status()
        if (options.json) for (const server of servers) console.log(JSON.stringify(server))
        else if (servers.length === 0) console.log('No connection is set up. "sophia mcp add" adds one.')
        else console.log(tableOf(servers))
        for (const fault of monitor.faults) console.error(withoutControls(fault))
      }),
    )
}

function addAdd(command: Command, open: OpenMcp): void {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]
  command
    .command('add <id> <url>')
    .description('add a server that speaks streamable HTTP; others are set up in mcp.json')
    .option('--name <name>', 'how people call it (default: the id)')
    .option('--header <pair>', 'NAME=VALUE, sent with each request; seen by whoever lists processes', collect, [])
    .option('--header-file <file>', 'the same from a file, one NAME=VALUE per line')
    .option(
      '--critical',
      'while it is down connections count as down, not as degraded; it is looked at every ten seconds',
    )
    .option('--expect-tool <tool>', 'a tool that must be there; may be given several times', collect, [])
    .option('--json', 'print JSON')
    .action(async (id: string, url: string, options: AddOptions) => {
      if (options.header.length > 0)
        console.error('A value on the command line is seen by others on this machine; use --header-file instead.')
      const wanted = toServer({ id, url, options, headers: await readHeaders(options) })
      await withDoor(open, async (door) => {
        const added = await door.add(wanted)
        console.log(options.json ? JSON.stringify(added) : `added ${added.id}: ${added.name}, ${added.target}`)
      })
    })
}

function addRemove(command: Command, open: OpenMcp): void {
  command
    .command('remove <id>')
    .description('remove a connection with its approvals, history and credentials')
    .option('--json', 'print JSON')
    .action((id: string, options: JsonOption) =>
      withDoor(open, async (door) => {
        const revocation = await door.remove(id)
        console.log(options.json ? JSON.stringify({ id, removed: true, revocation }) : `removed ${id}`)
        if (revocation === 'failed')
          console.error(
            'Not every sign-in could be ended at the other side. Take Sophia’s access away there, or let it end by itself.',
          )
      }),
    )
}

function addProbe(command: Command, open: OpenMcp): void {
  command
    .command('probe <id>')
    .description('ask a server now; exit code 69 when it does not answer as it should')
    .option('--json', 'print JSON')
    .action((id: string, options: JsonOption) =>
      withDoor(open, async (door) => {
        const answer = await door.probe(id)
        const { outcome, ms, message, server } = answer
        const said = message === null ? '' : `: ${withoutControls(message)}`
        console.log(options.json ? JSON.stringify(answer) : `${id}  ${outcome} in ${ms} ms${said}`)
        if (!options.json) console.log(tableOf([server]))
        if (outcome !== 'ok') process.exitCode = EXIT.unavailable
      }),
    )
}

function addApprove(command: Command, open: OpenMcp): void {
  command
    .command('approve <id> [tools...]')
    .description('agree to tools as their server describes them now; without names, to all of them')
    .option('--json', 'print JSON, one tool per line')
    .action((id: string, named: readonly string[], options: JsonOption) =>
      withDoor(open, async (door) => {
        const tools = await door.approve(id, named.length === 0 ? undefined : named)
        const unknown = named.filter((name) => !tools.some(({ tool, state }) => tool === name && state !== 'gone'))
        for (const tool of tools.filter((one) => named.length === 0 || named.includes(one.tool)))
          console.log(options.json ? JSON.stringify(tool) : toolLine(tool))
        if (tools.length === 0 && !options.json) console.log(`No tool of ${id} was seen yet.`)
        if (unknown.length > 0)
          throw new SophiaError('NOT_FOUND', { detail: `${id} offers no tool ${unknown.join(', ')}.` })
      }),
    )
}

/** Runs one command and closes what was opened, whatever comes of it. */
async function withDoor(open: OpenMcp, work: (door: McpDoor) => Promise<void>): Promise<void> {
  const opened = await open()
  try {
    await work(opened.door)
  } finally {
    await opened.close()
  }
}

async function readHeaders({ header, headerFile }: AddOptions): Promise<Record<string, string>> {
  const lines = headerFile === undefined ? [] : (await readFileOf(headerFile)).split(/\r?\n/)
  const pairs = [...lines.filter((line) => line.trim() !== ''), ...header].map((pair) => {
    const end = pair.indexOf('=')
    // What follows may be a secret: only the name is repeated.
    if (end < 1)
      throw new SophiaError('INVALID_INPUT', { detail: 'A header is given as NAME=VALUE, such as X-Api-Key=...' })
    return [pair.slice(0, end).trim(), pair.slice(end + 1).trim()] as const
  })
  return Object.fromEntries(pairs)
}

async function readFileOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SophiaError('INVALID_INPUT', { detail: `The file ${path} cannot be read.`, cause })
  }
}

interface Given {
  readonly id: string
  readonly url: string
  readonly options: AddOptions
  readonly headers: Record<string, string>
}

function toServer({ id, url, options, headers }: Given): NewServer {
  const wanted = NewServer.safeParse({
    id,
    name: options.name ?? id,
    url,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(options.critical ? { critical: true } : {}),
    ...(options.expectTool.length > 0 ? { expectedTools: options.expectTool } : {}),
  })
  if (wanted.success) return wanted.data
  const faults = wanted.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new SophiaError('INVALID_INPUT', { detail: `${faults[0]?.path}: ${faults[0]?.message}`, faults })
}

const COLUMNS = ['id', 'state', 'auth', 'serves', 'since (UTC)', 'in words'] as const

function tableOf(servers: readonly ServerStatus[]): string {
  const rows = [COLUMNS, ...servers.map(rowOf)]
  const widths = COLUMNS.map((_column, place) => Math.max(...rows.map((row) => row[place]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, place) => cell.padEnd(widths[place] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function rowOf({ id, state, auth, serving, since, says, detail }: ServerStatus): readonly string[] {
  const isOld = detail?.probe.stale === true
  return [
    id,
    isOld ? `${state}?` : state,
    auth.replaceAll('_', ' '),
    serving ? 'yes' : 'no',
    since === null ? '-' : since.slice(0, 19).replace('T', ' '),
    withoutControls([says, isOld ? 'Not heard of for too long.' : '', lastWords(detail, says)].join(' ').trim()),
  ]
}

/** The last error, unless the state says it already. */
function lastWords(detail: ServerStatus['detail'], says: string): string {
  const last = detail?.lastError
  if (!last || says.includes(last.message)) return ''
  return `Last amiss ${last.at.slice(0, 19).replace('T', ' ')}: ${last.message}`
}

function toolLine({ name, tool, state, effect, title }: Tool): string {
  return withoutControls([tool.padEnd(32), state.padEnd(8), effect.padEnd(5), name, title].join('  '))
}
