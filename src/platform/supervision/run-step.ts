import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import { systemClock } from '../clock.ts'
import type { Step } from './keeper.ts'

const run = promisify(execFile)
/** A first start migrates and may recover a database; systemctl waits for it. */
const STEP_LIMIT_MS = 16 * 60_000
const LOOK_LIMIT_MS = 20_000
const PAUSE_MS = 500

/** What a program said, or why it could not be asked. */
export type Said = { readonly isGood: true; readonly out: string } | { readonly isGood: false; readonly reason: string }

/** Asks a program of the machine. Never throws. */
export async function ask(command: Step['command'], limitMs = LOOK_LIMIT_MS): Promise<Said> {
  const [program, ...words] = command
  try {
    const { stdout } = await run(program, words, { timeout: limitMs, windowsHide: true })
    return { isGood: true, out: stdout }
  } catch (error) {
    return { isGood: false, reason: reasonOf(error, program) }
  }
}

/** Has the machine do one step. Throws UNREACHABLE with what its program said, or when what had to go is there still. */
export async function runStep(step: Step, clock: Clock = systemClock): Promise<void> {
  const { command, goneWithinSeconds, mayFail } = step
  if (goneWithinSeconds !== undefined) return waitUntilGone(command, goneWithinSeconds, clock)
  const said = await ask(command, STEP_LIMIT_MS)
  if (said.isGood || mayFail) return
  throw new SophiaError('UNREACHABLE', { detail: `${command.join(' ')} failed: ${said.reason}` })
}

async function waitUntilGone(command: Step['command'], limitSeconds: number, clock: Clock): Promise<void> {
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
}

function reasonOf(error: unknown, program: string): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT') return `There is no ${program} on this machine.`
  const words = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : ''
  return words === '' ? error.message : words
}
