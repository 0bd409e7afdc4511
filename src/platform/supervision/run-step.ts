import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import { systemClock } from '../clock.ts'
import type { Step } from './keeper.ts'

const run = promisify(execFile)
/** Longer than any step takes that ends by itself. */
const STEP_LIMIT_MS = 16 * 60_000
const LOOK_LIMIT_MS = 20_000
const PAUSE_MS = 500

/** What a program said, or why it could not be asked. */
export type Said = { readonly isGood: true; readonly out: string } | { readonly isGood: false; readonly reason: string }

interface AskLimit {
  /** In ms; 0: none. */
  readonly timeout: number
  readonly signal?: AbortSignal
}

/** Asks a program of the machine. Never throws. */
export async function ask(command: Step['command'], limit: AskLimit = { timeout: LOOK_LIMIT_MS }): Promise<Said> {
  const [program, ...words] = command
  try {
    const { stdout } = await run(program, words, { ...limit, windowsHide: true })
    return { isGood: true, out: stdout }
  } catch (error) {
    return { isGood: false, reason: reasonOf(error, program) }
  }
}

/** Whether a step was done, or its time is up while what it began goes on. */
export type StepEnd = 'done' | 'goes on'

/** Has the machine do one step. Throws UNREACHABLE with what its program said, or when what had to go is there still. */
export async function runStep(step: Step, clock: Clock = systemClock): Promise<StepEnd> {
  const { command, goneWithinSeconds, mayFail, waitsAtMostSeconds } = step
  if (goneWithinSeconds !== undefined) return waitUntilGone(command, goneWithinSeconds, clock)
  const said =
    waitsAtMostSeconds === undefined
      ? await ask(command, { timeout: STEP_LIMIT_MS })
      : await askWithin(command, waitsAtMostSeconds * 1000, clock)
  if (said === null) return 'goes on'
  if (said.isGood || mayFail) return 'done'
  throw new SophiaError('UNREACHABLE', { detail: `${command.join(' ')} failed: ${said.reason}` })
}

/** Null: it waits still when the time is up, and is waited for no longer. */
async function askWithin(command: Step['command'], limitMs: number, clock: Clock): Promise<Said | null> {
  const [asking, waiting] = [new AbortController(), new AbortController()]
  const asked = ask(command, { timeout: 0, signal: asking.signal })
  const timeIsUp = clock.sleep(limitMs, waiting.signal).then(() => null)
  try {
    return await Promise.race([asked, timeIsUp])
  } finally {
    asking.abort()
    waiting.abort()
  }
}

async function waitUntilGone(command: Step['command'], limitSeconds: number, clock: Clock): Promise<'done'> {
  const endMs = clock.monotonicMs() + limitSeconds * 1000
  // One look after the other, by intent.
  // oxlint-disable-next-line no-await-in-loop
  while ((await ask(command)).isGood) {
    if (clock.monotonicMs() >= endMs)
      throw new SophiaError('UNREACHABLE', {
        detail: `What was there before has not stopped within ${limitSeconds} s: ${command.join(' ')} still finds it. Try again once it is gone.`,
      })
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(PAUSE_MS)
  }
  return 'done'
}

function reasonOf(error: unknown, program: string): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT') return `There is no ${program} on this machine.`
  const words = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : ''
  return words === '' ? error.message : words
}
