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
  /**
   * How many files may fail beside others and be run once more by themselves. Where more fail, none is, and never one that took too
   * long: that would take as long again.
   */
  readonly onceMore: number
}

/** What a run of files came to. */
export interface Outcome {
  /** Of each file's last run. */
  readonly counts: Counts
  /** Files, from the root, that failed beside others and passed by themselves: each is a fault to be found. */
  readonly unsteady: readonly string[]
}

interface FileRun {
  readonly file: string
  readonly counts: Counts
  readonly isTooLong: boolean
}

/** What a run of tests tells, as a reporter of Node's reads it. */
type TestEvent = { readonly type: string; readonly data: Readonly<Record<string, unknown>> }

const NOTHING: Counts = { tests: 0, passed: 0, cancelled: 0, skipped: 0, todo: 0 }

/**
 * Runs test files, some at once, and prints what each file's tests did when it has ended. A file that takes too long is
 * named and ended, counts as cancelled, and holds nobody up: a test in it hangs, or something that it started lives on.
 * A few files that failed are run once more with nothing beside them, and told as unsteady where they pass then.
 */
export async function runTestFiles(plan: Plan): Promise<Outcome> {
  const report = new spec()
  report.pipe(process.stdout, { end: false })
  const printed = finished(report)
  const beside = await runAll(plan.files, { plan, atOnce: plan.atOnce, report })
  const failed = beside.filter(({ counts }) => !isPassed(counts))
  const isFew = plan.files.length > 1 && failed.length <= plan.onceMore
  const again = isFew ? failed.filter(({ isTooLong }) => !isTooLong).map(({ file }) => file) : []
  for (const file of again) process.stderr.write(`${relative(plan.root, file)} failed, and is run once more alone.\n`)
  const alone = await runAll(again, { plan, atOnce: 1, report })
  report.end()
  await printed
  const last = [...beside.filter(({ file }) => !again.includes(file)), ...alone]
  return {
    counts: last.map(({ counts }) => counts).reduce(add, NOTHING),
    unsteady: alone.filter(({ counts }) => isPassed(counts)).map(({ file }) => relative(plan.root, file)),
  }
}

interface Turn {
  readonly plan: Plan
  readonly atOnce: number
  readonly report: InstanceType<typeof spec>
}

async function runAll(files: readonly string[], { plan, atOnce, report }: Turn): Promise<FileRun[]> {
  const waiting = [...files]
  const runs: FileRun[] = []
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const { events, ...ended } = await runFile(file, plan)
      runs.push({ file, ...ended })
      for (const event of events) report.write(event)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return runs
}

/** What is skipped is judged once for all files. */
function isPassed({ tests, passed, skipped, todo }: Counts): boolean {
  return passed + skipped + todo === tests
}

async function runFile(
  file: string,
  { root, limitMs }: Plan,
): Promise<Omit<FileRun, 'file'> & { readonly events: TestEvent[] }> {
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
  return { counts, events, isTooLong: limit.aborted }
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
