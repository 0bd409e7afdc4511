/** How Redis deals with its memory, as far as it matters for a cache. */
export interface MemoryState {
  readonly policy: string
  readonly maxBytes: number
  /** What is unsafe about it and what to do; null when it is fit for a cache. */
  readonly unsafe: string | null
  readonly detail: string
}

const MEGABYTE = 1024 * 1024

/** Reads the answer of `INFO memory`. */
export function describeMemory(info: string): MemoryState {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'unknown'
  const maxBytes = Number(/^maxmemory:(\d+)/m.exec(info)?.[1] ?? 0)
  const usedBytes = Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0)
  const unsafe = faultOf(policy, maxBytes)
  const room = maxBytes === 0 ? 'no limit' : `of ${Math.round(maxBytes / MEGABYTE)} MB`
  const facts = `${policy}, ${Math.round(usedBytes / MEGABYTE)} MB used, ${room}.`
  return { policy, maxBytes, unsafe, detail: unsafe === null ? facts : `${facts} ${unsafe}` }
}

function faultOf(policy: string, maxBytes: number): string | null {
  if (maxBytes === 0) return 'It has no memory limit and may take all of the machine: set maxmemory.'
  if (!policy.startsWith('allkeys-'))
    return `With ${policy} it refuses what is new once it is full: set maxmemory-policy allkeys-lfu.`
  return null
}
