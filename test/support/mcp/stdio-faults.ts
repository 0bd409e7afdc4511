#!/usr/bin/env node
/** An MCP server over stdio that misbehaves as its first argument says: `node stdio-faults.ts crash-after-calls 2`. */
import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { fieldsOf } from './exchange.ts'
import { faultTools, ToolBench, type Strike } from './fault-tools.ts'

/** Nothing here outlives a test that failed to end it by more than this. */
const LIFETIME_MS = 10 * 60_000
const STDERR = 2
const MEGABYTE = 1_048_576

const [mode = 'ok', amount = '1'] = process.argv.slice(2)
const bench = new ToolBench()

/** Each mode, and what it does. */
const MODES = {
  /** Works, in both eras. */
  ok: () => serve(),
  /** Works, and knows `initialize` only: an answer -32601 to the question of a modern client. */
  'legacy-only': () => faultTools(bench).connect(new StdioServerTransport()),
  /** Works, and does not know `initialize`. */
  'modern-only': () => void serveStdio(() => faultTools(bench), { legacy: 'reject' }),
  /** Says why on stderr and exits with 1 before it reads a byte. */
  'crash-on-start': () => {
    process.stderr.write('cannot find the configuration\n')
    process.exitCode = 1
  },
  /** Answers N tool calls, and exits with 3 on the next instead of an answer. */
  'crash-after-calls': () =>
    serve((method) => {
      if (method === 'tools/call' && bench.calls.length > Number(amount)) process.exit(3)
      return null
    }),
  /** Exits in the middle of the line that answers the first tool call. */
  'crash-mid-answer': () =>
    serve((method) => {
      if (method !== 'tools/call') return null
      process.stdout.write('{"jsonrpc":"2.0","id":', () => process.exit(4))
      return null
    }),
  /** Serves after so many milliseconds, as a package that is downloaded first. */
  'slow-start': async () => {
    await delay(Number(amount))
    serve()
  },
  /** Exits with 2 when it gets anything before initialize, as some servers do when a modern client asks. */
  'exit-on-unknown-request': () => serveInitializeOnly(),
  /** Reads and never answers. Ends with its input. */
  hang: () => void process.stdin.resume(),
  /** Prints lines that are no JSON between its answers. */
  'noise-on-stdout': () => {
    process.stdout.write('Welcome to the server!\n')
    serve((method) => {
      process.stdout.write(`DEBUG handling ${method}\n\n{"level":"info"}\n`)
      return null
    })
  },
  /** Writes to stderr without end, and waits until it is taken: whoever does not read it soon has no answer on stdout. */
  'flood-stderr': () => {
    serve()
    setInterval(() => writeAndWait(`${'noise '.repeat(10_000)}\n`), 5).unref()
  },
  /** Answers the first tool call with 50 MB on one line that never ends. */
  'huge-line': () =>
    serve((method) => {
      if (method === 'tools/call') for (let sent = 0; sent < 50; sent += 1) process.stdout.write('x'.repeat(MEGABYTE))
      return null
    }),
  /** Works, and neither SIGTERM nor the end of its input ends it. */
  'ignores-sigterm': () => {
    process.on('SIGTERM', () => process.stderr.write('no\n'))
    setTimeout(() => process.exit(0), LIFETIME_MS)
    serve()
  },
  /** Works, and starts a child that sleeps and holds the pipes open; `grandchild PID` on stderr. */
  'spawns-grandchild': () => {
    const sleep = `setTimeout(() => {}, ${LIFETIME_MS})`
    const child = spawn(process.execPath, ['-e', sleep], { stdio: ['ignore', 'inherit', 'inherit'] })
    child.unref()
    process.stderr.write(`grandchild ${child.pid ?? 0}\n`)
    serve()
  },
  /** Works, with one more tool `environment` that answers the names of the environment variables. */
  'prints-env': () => {
    bench.environmentNames = Object.keys(process.env).toSorted()
    serve()
  },
  /** Works, and has no tools. */
  'empty-tools': () => serve(() => 'empty-tools'),
} satisfies Record<string, Run>

type Run = () => void | Promise<void>

export type StdioMode = keyof typeof MODES

function serve(strike: Strike = () => null): void {
  serveStdio(() => faultTools(bench, strike))
}

/** Looks at the first line before the SDK sees it. */
function serveInitializeOnly(): void {
  const input = new PassThrough()
  process.stdin.once('data', (chunk: Buffer) => {
    const [first = ''] = chunk.toString().split('\n')
    if (fieldsOf(JSON.parse(first))['method'] !== 'initialize') process.exit(2)
    input.write(chunk)
    process.stdin.pipe(input)
  })
  serveStdio(() => faultTools(bench), { transport: new StdioServerTransport(input) })
}

/** As a program in most other languages writes: a full pipe stops the whole process until somebody reads. */
function writeAndWait(text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0)
    try {
      rest = rest.subarray(writeSync(STDERR, rest))
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
}

const known: Readonly<Record<string, Run>> = MODES
const run = known[mode]
if (!run) throw new Error(`no mode ${mode}; there are ${Object.keys(MODES).join(', ')}`)
await run()
