import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import type { Config } from '#platform/config/config.ts'

const DOORS = ['http', 'worker'] as const

/** `sophia up`: runs until it is asked to stop. */
export function addUpCommand(program: Command, run: (doors: readonly string[]) => Promise<void>): void {
  program
    .command('up')
    .description('start Sophia: the web app, the API and the work behind them')
    .option('--doors <list>', `which parts to run: ${DOORS.join(', ')}`, DOORS.join(','))
    .action((flags: { doors: string }) => run(parseDoors(flags.doors)))
}

/** What to say where nobody answers over HTTP, and nobody else can; null where somebody does, or may. */
export function whyNobodyAnswers(doors: readonly string[], { postgres }: Pick<Config, 'postgres'>): string | null {
  if (doors.includes('http') || postgres.url !== null) return null
  return 'Nobody answers over HTTP: --doors leaves it out, and no other process can use the built-in database. Leave --doors away, or set DATABASE_URL.'
}

function parseDoors(list: string): string[] {
  const doors = list.split(',').map((door) => door.trim())
  const unknown = doors.filter((door) => !DOORS.some((known) => known === door))
  if (unknown.length > 0) {
    throw new SophiaError('INVALID_INPUT', {
      detail: `There is no door ${unknown.join(', ')}. Choose from: ${DOORS.join(', ')}.`,
    })
  }
  return doors
}
