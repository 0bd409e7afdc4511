import { isLoopback } from '#platform/config/config.ts'

/** How a Redis is reached. */
export interface Way {
  readonly host: string
  readonly isEncrypted: boolean
  readonly hasPassword: boolean
}

/** What a Redis says of itself, as far as it matters for a cache. */
export interface ServerState {
  /** One sentence of facts, and after it what is unsafe. */
  readonly detail: string
  /** What is unsafe, each with what to do; none when it is fit for a cache. */
  readonly unsafe: readonly string[]
  /** Whether any of it may end badly by itself, not only when somebody listens in. */
  readonly isGrave: boolean
}

type ValueOf = (name: string) => string | undefined

const MEGABYTE = 1024 * 1024
/** Older ones know no access by user in the form that ships, and get no more repairs. */
const OLDEST = [6, 2] as const

/** Reads the answer of `INFO`. */
export function describeServer(info: string, way: Way): ServerState {
  const valueOf: ValueOf = (name) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1]
  const policy = valueOf('maxmemory_policy') ?? 'unknown'
  const maxBytes = Number(valueOf('maxmemory') ?? 0)
  const usedBytes = Number(valueOf('used_memory') ?? 0)
  const version = valueOf('redis_version') ?? ''
  const room = maxBytes === 0 ? 'no limit' : `of ${Math.round(maxBytes / MEGABYTE)} MB`
  const name = valueOf('server_name') === 'valkey' ? `Valkey ${valueOf('valkey_version') ?? ''}` : `Redis ${version}`
  const facts = `${name}, ${policy}, ${Math.round(usedBytes / MEGABYTE)} MB used, ${room}.`
  const grave = [
    ...memoryFaults(policy, maxBytes),
    ...machineFaults(maxBytes, Number(valueOf('total_system_memory') ?? 0)),
    ...diskFaults(valueOf),
    ...versionFaults(version),
    ...openFaults(way),
  ]
  const unsafe = [...grave, ...wireFaults(way)]
  return { detail: [facts, ...unsafe].join(' '), unsafe, isGrave: grave.length > 0 }
}

function memoryFaults(policy: string, maxBytes: number): string[] {
  if (maxBytes === 0) return ['It has no memory limit and may take all of the machine: set maxmemory.']
  if (policy.startsWith('allkeys-')) return []
  return [`With ${policy} it refuses what is new once it is full: set maxmemory-policy allkeys-lfu.`]
}

function machineFaults(maxBytes: number, machineBytes: number): string[] {
  if (machineBytes === 0 || maxBytes < machineBytes) return []
  return [
    `It may take ${Math.round(maxBytes / MEGABYTE)} MB of a machine with ${Math.round(machineBytes / MEGABYTE)} MB: set maxmemory to three quarters of it at most.`,
  ]
}

/** With these Redis refuses writes, or will; what is kept on disk at all is the operator's choice, and nothing of Sophia's must be. */
function diskFaults(valueOf: ValueOf): string[] {
  const saved = valueOf('rdb_last_bgsave_status')
  const written = valueOf('aof_last_write_status')
  return [
    ...(saved === 'err' ? ['It could not save to its disk and may refuse writes: make room, or set save "".'] : []),
    ...(written === 'err' ? ['It cannot write its append-only file and refuses writes: make room on its disk.'] : []),
    ...(valueOf('aof_last_bgrewrite_status') === 'err'
      ? ['It could not rewrite its append-only file, which grows until it can: make room on its disk.']
      : []),
  ]
}

function versionFaults(version: string): string[] {
  const [major = Number.NaN, minor = Number.NaN] = version.split('.').map(Number)
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  return isOld ? [`Sophia is made for Redis ${OLDEST.join('.')} and newer: update it.`] : []
}

function openFaults({ host, hasPassword }: Way): string[] {
  if (hasPassword || isLoopback(host)) return []
  return [
    'It lets anybody in who reaches it, to read and change what is kept: give it a user and a password, as deploy/redis does, and name both in REDIS_URL.',
  ]
}

function wireFaults({ host, isEncrypted }: Way): string[] {
  if (isEncrypted || isLoopback(host)) return []
  return [
    'What is kept crosses the network readable: use TLS, by rediss:// in REDIS_URL, unless nobody can listen there.',
  ]
}
