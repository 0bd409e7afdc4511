import { AsyncLocalStorage } from 'node:async_hooks'
import type { Handle } from './database.ts'

/** Looked at last, in the transaction that would store something; it throws when the work is somebody else's by now. */
export type Fence = (handle: Handle) => Promise<void>

interface Fenced {
  readonly check: Fence
  isOver: boolean
}

const storage = new AsyncLocalStorage<Fenced | undefined>()

/** Runs `work` so that nothing it writes is stored unless `check` passes just before the commit. What outlives the work is free of it. */
export async function withFence<Result>(check: Fence, work: () => Promise<Result>): Promise<Result> {
  const fenced: Fenced = { check, isOver: false }
  try {
    return await storage.run(fenced, work)
  } finally {
    fenced.isOver = true
  }
}

/** For what is no part of the work, or cannot be done inside a transaction. */
export function outsideFence<Result>(work: () => Promise<Result>): Promise<Result> {
  return storage.run(undefined, work)
}

/** Of the work at hand; undefined when there is none. */
export function currentFence(): Fence | undefined {
  const fenced = storage.getStore()
  return fenced && !fenced.isOver ? fenced.check : undefined
}
