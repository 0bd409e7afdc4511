import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Which halves of the processors a benchmark and what it measures run on. */
export interface Halves {
  /** What a program is started with, before its own name, to have the first half. */
  readonly first: readonly [command: string, ...args: string[]]
}

/** Takes the second half of the processors for this process, for the rest of its life. Null where the machine has one, or no `taskset`. */
export async function takeSecondHalf(): Promise<Halves | null> {
  const count = availableParallelism()
  const half = Math.floor(count / 2)
  if (half === 0) return null
  const isTaken = await run('taskset', [
    '--all-tasks',
    '--cpu-list',
    '--pid',
    `${half}-${count - 1}`,
    String(process.pid),
  ]).then(
    () => true,
    () => false,
  )
  return isTaken ? { first: ['taskset', '--cpu-list', `0-${half - 1}`] } : null
}
