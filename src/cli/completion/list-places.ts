import type { Command } from 'commander'

export interface Word {
  readonly text: string
  /** For shells that show it. */
  readonly about: string
}

/** A command with what may follow it on a line. */
export interface Place {
  /** From `sophia` on, with blanks between. */
  readonly path: string
  readonly commands: readonly Word[]
  readonly options: readonly Word[]
  /** Of each argument, in order, what it may be; empty where it is free, such as a file. */
  readonly choices: readonly (readonly string[])[]
  /** Options that a value follows, each with what it may be; empty where it is free. */
  readonly values: readonly { readonly option: string; readonly choices: readonly string[] }[]
}

const HELP: Word = { text: '--help', about: 'what this command takes' }

/** Every command of a program as the program itself knows them. */
export function listPlaces(command: Command, before = ''): Place[] {
  const path = `${before} ${command.name()}`.trim()
  const options = command.options.filter(({ hidden }) => !hidden)
  const flags = (option: (typeof options)[number]): string[] =>
    [option.long, option.short].filter((flag) => flag != null)
  const place: Place = {
    path,
    commands: command.commands.map((child) => ({ text: child.name(), about: child.description() })),
    options: [...options.flatMap((option) => flags(option).map((text) => ({ text, about: option.description }))), HELP],
    choices: command.registeredArguments.map(({ argChoices }) => argChoices ?? []),
    values: options
      .filter(({ required, optional }) => required || optional)
      .flatMap((option) => flags(option).map((flag) => ({ option: flag, choices: option.argChoices ?? [] }))),
  }
  return [place, ...command.commands.flatMap((child) => listPlaces(child, path))]
}

/** The tables that the script of every shell goes by. */
export interface Tables {
  /** `sophia backup`: a path and the word that leads on from it. */
  readonly descents: readonly string[]
  /** `sophia import 0`: a path and the place of an argument. */
  readonly arguments: readonly (readonly [key: string, choices: readonly string[]])[]
  /** `sophia import --map`: a path and an option that a value follows. */
  readonly values: readonly (readonly [key: string, choices: readonly string[]])[]
  /** By path: commands, and options. */
  readonly words: readonly (readonly [path: string, words: readonly Word[]])[]
  readonly options: readonly (readonly [path: string, words: readonly Word[]])[]
}

export function tablesOf(places: readonly Place[]): Tables {
  return {
    descents: places.map(({ path }) => path).filter((path) => path.includes(' ')),
    arguments: places.flatMap(({ path, choices }) => choices.map((some, index) => [`${path} ${index}`, some] as const)),
    values: places.flatMap(({ path, values }) =>
      values.map(({ option, choices }) => [`${path} ${option}`, choices] as const),
    ),
    words: places.flatMap(({ path, commands }) => (commands.length > 0 ? [[path, commands] as const] : [])),
    options: places.map(({ path, options }) => [path, options] as const),
  }
}
