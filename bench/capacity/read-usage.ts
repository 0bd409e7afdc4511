import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

interface Parts {
  readonly replica: number
  readonly database: number
  readonly redis: number
  /** Null: the playbook answers. */
  readonly provider: number | null
}

/** Processor time so far, in milliseconds: of each part with its children, of this process, and of the whole machine. */
export interface Usage {
  readonly replica: number
  readonly database: number
  readonly redis: number
  readonly provider: number
  readonly load: number
  readonly machine: number
}

const TICK_MS = 10

interface Process {
  readonly parent: number
  readonly ownMs: number
  /** Of children that have ended. */
  readonly reapedMs: number
}

/** One look at all processes, from Linux's own books; elsewhere every figure is NaN. */
export function readUsage({ replica, database, redis, provider }: Parts): Usage {
  const all = readProcesses()
  const load = process.cpuUsage()
  const machine = cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0)
  return {
    replica: withChildren(all, replica),
    database: withChildren(all, database),
    redis: withChildren(all, redis),
    provider: provider === null ? 0 : withChildren(all, provider),
    load: (load.user + load.system) / 1000,
    machine,
  }
}

/** How many processors each kept busy between two looks, to a thousandth. */
export function busyBetween(before: Usage, after: Usage, seconds: number): Usage & { readonly others: number } {
  const of = (part: keyof Usage): number => Math.round((after[part] - before[part]) / seconds) / 1000
  const busy = {
    replica: of('replica'),
    database: of('database'),
    redis: of('redis'),
    provider: of('provider'),
    load: of('load'),
    machine: of('machine'),
  }
  const ours = busy.replica + busy.database + busy.redis + busy.provider + busy.load
  return { ...busy, others: Math.round(Math.max(0, busy.machine - ours) * 1000) / 1000 }
}

/** Resident memory of one process. */
export function rssMbOf(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Math.round(Number(kilobytes) / 102.4) / 10
  } catch {
    // Not Linux.
    return Number.NaN
  }
}

function withChildren(all: ReadonlyMap<number, Process>, pid: number): number {
  const root = all.get(pid)
  if (!root) return Number.NaN
  const children = [...all.values()].filter(({ parent }) => parent === pid)
  return children.reduce((sum, { ownMs, reapedMs }) => sum + ownMs + reapedMs, root.ownMs + root.reapedMs)
}

function readProcesses(): Map<number, Process> {
  const all = new Map<number, Process>()
  for (const name of listNames()) {
    const found = readProcess(name)
    if (found) all.set(Number(name), found)
  }
  return all
}

function listNames(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    // Not Linux.
    return []
  }
}

function readProcess(name: string): Process | undefined {
  try {
    // The name in parentheses may hold spaces; after it comes the state, then the fields from the fourth on.
    const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ').map(Number) ?? []
    const [own = 0, system = 0, reaped = 0, reapedSystem = 0] = fields.slice(11, 15)
    return { parent: fields[1] ?? 0, ownMs: (own + system) * TICK_MS, reapedMs: (reaped + reapedSystem) * TICK_MS }
  } catch {
    // It ended meanwhile.
    return undefined
  }
}
