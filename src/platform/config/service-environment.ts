import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { SophiaError } from '#domain/errors.ts'
import { SETTINGS } from './settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where the settings of a service stand. */
interface Sources {
  readonly environment: Readonly<Record<string, string>>
  readonly environmentFiles: readonly { readonly path: string; readonly mayBeAbsent: boolean }[]
  readonly isFileStronger: boolean
}

/**
 * The environment of a command that works on what a service works on: this one with the settings of the service in place of all that are
 * set here. Throws NOT_PERMITTED for a file that only another account reads, and CONFLICT on Windows, where a task also has what is set
 * for the account, for a setting that its file does not have alike.
 */
export function serviceEnvironment(
  sources: Sources,
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const read = Object.assign({}, ...sources.environmentFiles.map(readSettings)) as Record<string, string>
  const own = sources.isFileStronger ? { ...sources.environment, ...read } : { ...read, ...sources.environment }
  const here = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const differing = here.filter(([name, value]) => isSetting(name) && value !== '' && own[name] !== value)
  const [first] = platform === 'win32' ? differing.filter(([name]) => name !== 'SOPHIA_HOME') : []
  if (first)
    throw new SophiaError('CONFLICT', {
      detail: `${first[0]} is set here otherwise than in the settings of the service, and nobody can tell which its task goes by. Set it in ${sources.environmentFiles[0]?.path ?? 'its file'} alone.`,
    })
  return { ...Object.fromEntries(here.filter(([name]) => !isSetting(name) && !OF_THE_CALLER.test(name))), ...own }
}

/** What would load code of the caller's into a process of another account, or tell it of the caller. */
const OF_THE_CALLER = /^(LD_|DYLD_|SUDO_|NODE_OPTIONS$|NODE_PATH$)/

function isSetting(name: string): boolean {
  return name.startsWith('SOPHIA_') || Object.hasOwn(SETTINGS, name.replace(/_FILE$/, ''))
}

function readSettings({ path, mayBeAbsent }: Sources['environmentFiles'][number]): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT' && mayBeAbsent) return {}
    const isForbidden = code === 'EACCES' || code === 'EPERM'
    throw new SophiaError(isForbidden ? 'NOT_PERMITTED' : 'NOT_FOUND', {
      detail: isForbidden
        ? `The settings of the service, ${path}, are for another account. Run this as root.`
        : `The settings of the service, ${path}, cannot be read.`,
    })
  }
}
