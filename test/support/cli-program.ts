import { readdirSync } from 'node:fs'
import { Command } from 'commander'

const FOLDER = new URL('../../src/cli/', import.meta.url)

/** The `sophia` command made of every `*-command.ts`, whether or not somebody remembered to add it to the process. Opens nothing. */
export async function createCliProgram(): Promise<Command> {
  const program = new Command('sophia')
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('-command.ts'))) {
    const exported = (await import(new URL(file, FOLDER).href)) as Record<string, unknown>
    for (const [name, add] of Object.entries(exported)) {
      if (!/^add\w+Command$/.test(name) || typeof add !== 'function') continue
      // By the house's rule such a function takes the program and how to open what it needs.
      ;(add as (program: Command, open: () => never) => void)(program, refuse)
    }
  }
  return program
}

function refuse(): never {
  throw new Error('This program only describes its commands.')
}

/** Each command as one line: its path, arguments and long options. */
export function describeCommands(command: Command, path = ''): string[] {
  if (command.commands.length > 0) {
    return command.commands.flatMap((child) => describeCommands(child, `${path} ${child.name()}`.trim()))
  }
  const values = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`))
  const options = command.options.map((option) => option.long ?? option.flags)
  return [[path, ...values, ...options].join(' ')]
}

/** Why these words after `sophia` cannot be a command of hers; nothing when they can. */
export function findCommandFault(program: Command, words: readonly string[]): string | undefined {
  if (words[0] === '--version' || words[0] === '--help') return undefined
  let command = program
  let depth = 0
  for (const word of words) {
    const child = command.commands.find((one) => one.name() === word)
    if (!child) break
    command = child
    depth += 1
  }
  if (command === program) return `there is no command ${words[0] ?? ''}`
  if (command.commands.length > 0)
    return `${command.name()} needs one of ${command.commands.map((one) => one.name()).join(', ')}`
  const given = words.slice(depth)
  const end = given.indexOf('--')
  // Behind it stand the words of another command.
  if (end >= 0)
    return findCommandFault(program, given.slice(end + 1)) ?? findCommandFault(program, words.slice(0, depth + end))
  const unknown = given
    .filter((word) => word.startsWith('--'))
    .find((word) => !command.options.some((option) => option.long === word.split('=')[0]))
  return unknown === undefined ? undefined : `${command.name()} has no option ${unknown}`
}
