import { join } from 'node:path'
import { until } from '../../support/until.ts'
import { startProgram, type Program } from '../../support/program.ts'
import { runProgram } from '../programs.ts'

/** Many parts that start at once on a busy machine. */
const ANSWER_LIMIT_MS = 180_000
const TOLD_LINES = 25

/** Starts the programs of the cluster, says what they said, and ends them, the last one first. */
export interface Keeper {
  start(name: string, flags: Readonly<Record<string, string>>, path?: string): Promise<void>
  untilAnswering(name: string, url: string): Promise<void>
  /** Until kubectl ends well with these words. */
  untilSaying(name: string, args: readonly string[]): Promise<void>
  /** The newest that each said. */
  lastWords(): string
  end(): Promise<void>
}

/** `programs` is the folder in which the built ones lie. */
export function createKeeper(programs: string): Keeper {
  const running = new Map<string, Program>()
  async function start(name: string, flags: Readonly<Record<string, string>>, path = join(programs, name)) {
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
    running.set(name, startProgram(path, args, { isDetached: true }))
  }
  function sound(name: string): void {
    const program = running.get(name)
    if (program?.isOver()) throw new Error(`${name} ended:\n${lastLines(program)}`)
  }
  async function untilWell(name: string, isWell: () => Promise<boolean>): Promise<void> {
    const ask = (): Promise<boolean> => {
      sound(name)
      return isWell()
    }
    await until(ask, `${name} answers`, ANSWER_LIMIT_MS)
  }
  return {
    start,
    untilAnswering: (name, url) =>
      untilWell(name, () =>
        fetch(url).then(
          ({ ok }) => ok,
          () => false,
        ),
      ),
    untilSaying: (name, args) =>
      untilWell(name, async () => (await runProgram(join(programs, 'kubectl'), args)).code === 0),
    lastWords: () => [...running].map(([name, program]) => `--- ${name}\n${lastLines(program)}`).join('\n'),
    async end() {
      for (const program of [...running.values()].toReversed()) {
        program.kill('SIGTERM')
        const isOver = await Promise.race([program.ended.then(() => true), patience()])
        if (!isOver) program.kill('SIGKILL')
      }
    },
  }
}

function patience(): Promise<boolean> {
  return new Promise((resolve) => setTimeout(resolve, 5000, false).unref())
}

function lastLines(program: Program): string {
  return program.output().trim().split('\n').slice(-TOLD_LINES).join('\n')
}
