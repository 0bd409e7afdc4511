import type { Command } from 'commander'
import { DeadJobId, type DeadJob } from '#contract/jobs.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { DeadJobs } from '#features/operations/dead-jobs.ts'

export type OpenJobs = () => Promise<{
  readonly deadJobs: DeadJobs
  readonly principal: Principal
  close(): Promise<void>
}>

interface JsonOption {
  readonly json?: boolean
}

const PAGE = 200

/** `sophia jobs dead|retry|discard`. */
export function addJobsCommand(program: Command, open: OpenJobs): void {
  const jobs = program
    .command('jobs')
    .description('background work that failed for the last time: list, retry, discard')
  jobs
    .command('dead')
    .description('jobs that failed for the last time, newest first; kept for 30 days')
    .option('--json', 'print JSON, one job per line')
    .action((options: JsonOption) =>
      withJobs(open, async ({ deadJobs }) => {
        const found = await listAll(deadJobs)
        for (const job of found) console.log(options.json ? JSON.stringify(job) : toLine(job))
        if (found.length === 0 && !options.json) console.log('No job has failed for the last time.')
      }),
    )
  const verbs = [
    { name: 'retry', description: 'send a job again', done: 'sent again' },
    { name: 'discard', description: 'let a job go for good', done: 'discarded' },
  ] as const
  for (const { name, description, done } of verbs) {
    jobs
      .command(`${name} <id>`)
      .description(`${description}, named by the id that "jobs dead" shows`)
      .option('--json', 'print JSON')
      .action((given: string, options: JsonOption) =>
        withJobs(open, async ({ deadJobs, principal }) => {
          const { id } = parseId(given)
          await deadJobs[name]({ principal }, id)
          console.log(options.json ? JSON.stringify({ id, done }) : `${id} ${done}`)
        }),
      )
  }
}

async function listAll(deadJobs: DeadJobs): Promise<DeadJob[]> {
  const found: DeadJob[] = []
  let cursor: string | undefined
  do {
    // Each page begins where the last one ended.
    // oxlint-disable-next-line no-await-in-loop
    const page = await deadJobs.list({ limit: PAGE, cursor })
    found.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return found
}

function parseId(id: string): { readonly id: string } {
  const parsed = DeadJobId.safeParse({ id })
  if (parsed.success) return parsed.data
  throw new SophiaError('INVALID_INPUT', { detail: `${id} is not the id of a job. "sophia jobs dead" shows them.` })
}

async function withJobs(open: OpenJobs, work: (opened: Awaited<ReturnType<OpenJobs>>) => Promise<void>): Promise<void> {
  const opened = await open()
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

function toLine({ id, kind, failedAt, tries, reason }: DeadJob): string {
  return `${id}  ${failedAt}  ${kind}  ${tries} ${tries === 1 ? 'try' : 'tries'}  ${reason}`
}
