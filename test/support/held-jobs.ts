import type { JobDefinition, Jobs } from '#platform/jobs/jobs.ts'

interface HeldJobs extends Jobs {
  readonly sent: readonly string[]
  runAll(): Promise<void>
  /** As a restore does; answers what waited. */
  drop(): unknown[]
}

/** Jobs that run when the test says so. */
export function heldJobs(): HeldJobs {
  const defined = new Map<string, (payload: unknown) => Promise<void>>()
  const waiting: { name: string; payload: object }[] = []
  const sent: string[] = []
  return {
    sent,
    define: <Payload>({ name, parse, run }: JobDefinition<Payload>) => {
      defined.set(name, (payload) => run(parse(payload), new AbortController().signal))
    },
    send: (name: string, payload: object) => {
      waiting.push({ name, payload })
      sent.push(name)
      return Promise.resolve()
    },
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    observe: () => ({ state: 'ok', detail: '' }),
    drop: () => waiting.splice(0),
    async runAll() {
      for (const { name, payload } of waiting.splice(0)) await defined.get(name)?.(payload)
    },
    // The interface is the jobs room's; a test needs no more of it.
  } as unknown as HeldJobs
}
