import type { Mutation } from './mutation.ts'
import { MUTATIONS } from './mutations.ts'
import { plantMutation, removePlanted } from './plant-mutation.ts'
import { runCluster } from './run-cluster.ts'

/** What came of a planted fault. */
export interface Caught {
  readonly name: string
  /** Of the run that noticed it, or of the last that did not. */
  readonly seed: number
  /** The breach that shows it for what it is; null: no run did. */
  readonly breach: string | null
}

interface Wish {
  readonly seed: number
  readonly mutations?: readonly Mutation[]
  readonly signal?: AbortSignal
  readonly onCaught?: (caught: Caught) => void
}

/** A planted fault has to show itself in one of so many runs. */
const RUNS = 3
/** In which members ask without any other fault. */
const STORM_MS = 8000
/** How long those may wait whose answers will never end. */
const QUIET_MS = 20_000

/** Runs every planted fault until a run notices it. One after the other: they share the machine. */
export async function catchMutations(wish: Wish): Promise<Caught[]> {
  const { mutations = MUTATIONS, onCaught } = wish
  const all: Caught[] = []
  try {
    for (const mutation of mutations) {
      const caught = await catchOne(mutation, wish)
      all.push(caught)
      onCaught?.(caught)
    }
  } finally {
    await removePlanted()
  }
  return all
}

async function catchOne(mutation: Mutation, { seed: first, signal }: Wish): Promise<Caught> {
  const { name, faults, shows, kills = 0, quietMs = QUIET_MS } = mutation
  const root = await plantMutation(mutation)
  let seed = first
  for (; seed < first + RUNS; seed += 1) {
    // What shows by itself shows in one process; only what is done to processes needs another beside it.
    const replicas = faults.length === 0 ? 1 : 2
    const plan = { seed, root, faults, kills, replicas, users: 5, atLeastMs: STORM_MS, quietMs }
    const { violations } = await runCluster({ ...plan, ...(signal ? { signal } : {}) })
    const breach = violations.find((violation) => shows.test(violation))
    if (breach !== undefined) return { name, seed, breach }
  }
  return { name, seed: seed - 1, breach: null }
}
