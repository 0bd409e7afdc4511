import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { SETTINGS } from './settings.ts'

type Environment = Record<string, string | undefined>

/** A file whose lines Node has read into this environment, as its flag asked: the launcher names `.env` of the clone, where there is one. */
interface SettingsFile {
  readonly path: string
  readonly values: Readonly<Environment>
}

const ORDER_MARK = '\u{FEFF}'
const FLAG = /^--env-file(?:-if-exists)?=(.+)$/s

/**
 * Those that stand behind an environment: Node has read them into that of this process alone, as its flags say. Of what several say of one
 * name it takes the last.
 */
export function filesBehind(environment: Readonly<Environment>): readonly SettingsFile[] {
  if (environment !== process.env) return []
  return process.execArgv.flatMap((flag) => {
    const path = FLAG.exec(flag)?.[1]
    return path === undefined ? [] : [{ path, values: readLines(path) }]
  })
}

function readLines(path: string): Readonly<Environment> {
  try {
    return parseEnv(readFileSync(path, 'utf8').replace(ORDER_MARK, ''))
  } catch {
    // Node has read it or gone without it; since then it went.
    return {}
  }
}

/** Which of the files a variable of the environment comes from; null: from none. */
export function settingsFileOf(
  name: string,
  environment: Readonly<Environment>,
  files: readonly SettingsFile[],
): string | null {
  const value = environment[name]
  return files.findLast(({ values }) => value !== undefined && values[name] === value)?.path ?? null
}

/**
 * Ends what Node does with such files. Where the environment has a setting in one of its two forms and a file has it in the other, what the
 * environment says counts, as it does for one form: the other is taken out. And a byte order mark is no part of the first name.
 */
export function settleSettingsFiles(environment: Environment = process.env, files = filesBehind(environment)): void {
  for (const [name, value] of files.flatMap(({ values }) => Object.entries(values))) {
    const marked = `${ORDER_MARK}${name}`
    if (environment[marked] !== value) continue
    delete environment[marked]
    environment[name] ??= value
  }
  for (const name of Object.keys(SETTINGS)) {
    const forms = [name, `${name}_FILE`].filter((form) => environment[form] !== undefined)
    const [ofFile, ...more] = forms.filter((form) => settingsFileOf(form, environment, files) !== null)
    if (forms.length === 2 && ofFile !== undefined && more.length === 0) delete environment[ofFile]
  }
}

/** A file that settings are in force from. */
export interface SettingsSource {
  readonly path: string
  readonly names: readonly string[]
  readonly holdsSecrets: boolean
}

/** The files that settings of this environment are from, with their names and without their values. */
export function settingsSources(
  environment: Readonly<Environment> = process.env,
  files = filesBehind(environment),
): readonly SettingsSource[] {
  const settings = Object.entries(SETTINGS).flatMap(([name, { isSecret }]) => [
    { name, isSecret },
    // What such a file holds lies elsewhere.
    { name: `${name}_FILE`, isSecret: false },
  ])
  return files
    .map(({ path }) => {
      const own = settings.filter(({ name }) => environment[name] && settingsFileOf(name, environment, files) === path)
      return { path, names: own.map(({ name }) => name), holdsSecrets: own.some(({ isSecret }) => isSecret) }
    })
    .filter(({ names }) => names.length > 0)
}
