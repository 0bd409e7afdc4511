import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** How many tests there were and how they ended. */
export interface Counts {
  readonly tests: number
  readonly passed: number
  readonly cancelled: number
  readonly skipped: number
  readonly todo: number
}

interface Plan {
  readonly files: readonly string[]
  /** Where they are run. */
  readonly root: string
  /** How many files run at once. */
  readonly atOnce: number
  /** How long one file may take. Node's own limit ends a test, and waits for ever for a file whose process lives on. */
  readonly limitMs: number
}

/** What a run of tests tells, as a reporter of Node's reads it. */
type TestEvent = { readonly type: string; readonly data: Readonly<Record<string, unknown>> }

const NOTHING: Counts = { tests: 0, passed: 0, cancelled: 0, skipped: 0, todo: 0 }

/**
 * Runs test files, some at once, and prints what each file's tests did when it has ended. A file that takes too long is
 * named and ended, counts as cancelled, and holds nobody up: a test in it hangs, or something that it started lives on.
 */
export async function runTestFiles(plan: Plan): Promise<Counts> {
  const report = new spec()
  report.pipe(process.stdout, { end: false })
  const printed = finished(report)
  const waiting = [...plan.files]
  const counts: Counts[] = []
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const { events, ...rest } = await runFile(file, plan)
      counts.push(rest.counts)
      for (const event of events) report.write(event)
    }
  }
  await Promise.all(Array.from({ length: plan.atOnce }, work))
  report.end()
  await printed
  return counts.reduce(add, NOTHING)
}

async function runFile(file: string, { root, limitMs }: Plan): Promise<{ counts: Counts; events: TestEvent[] }> {
  const limit = AbortSignal.timeout(limitMs)
  const events: TestEvent[] = []
  let counts = NOTHING
  // Its own type for events has no index by type; what is read here is checked below.
  for await (const event of run({ files: [file], cwd: root, signal: limit }) as AsyncIterable<TestEvent>) {
    if (event.type === 'test:summary')
      counts = event.data['file'] === undefined ? (event.data['counts'] as Counts) : counts
    // The totals of one file are told with those of all.
    else if (event.type !== 'test:diagnostic' || event.data['file'] !== undefined) events.push(event)
  }
  if (limit.aborted) tellOfLimit(relative(root, file), { events, limitMs })
  if (limit.aborted) endLeftOver(file)
  return { counts, events }
}

function add(one: Counts, other: Counts): Counts {
  return {
    tests: one.tests + other.tests,
    passed: one.passed + other.passed,
    cancelled: one.cancelled + other.cancelled,
    skipped: one.skipped + other.skipped,
    todo: one.todo + other.todo,
  }
}

function tellOfLimit(name: string, { events, limitMs }: { events: readonly TestEvent[]; limitMs: number }): void {
  const ended = events.filter(({ type, data }) => /^test:(pass|fail)$/.test(type) && data['nesting'] === 0)
  // The last is the file itself, which failed for want of time.
  const last = ended.at(-2)?.data['name']
  const after =
    typeof last === 'string' ? `the last of its tests to end was: ${last}` : 'before any of its tests had ended'
  process.stderr.write(`${name} did not end within ${limitMs / 1000} seconds and was ended; ${after}.\n`)
}

/** One that is stopped, or deaf to SIGTERM, would stay. */
function endLeftOver(file: string): void {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  for (const line of stdout.split('\n')) {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s(.*)$/.exec(line) ?? []
    if (Number(parent) === process.pid && args.includes(file)) process.kill(Number(pid), 'SIGKILL')
  }
}
