import { SophiaError } from '#domain/errors.ts'

/** How an installed service runs the `sophia` command, as its own files say. */
export interface Installed {
  /** Node and what stands between it and the words of `sophia`. */
  readonly command: readonly [string, ...string[]]
  /** What the service itself sets, the home above all. */
  readonly environment: Readonly<Record<string, string>>
  readonly environmentFiles: readonly EnvironmentFile[]
  /** systemd lets a file say otherwise than the unit, Node the other way round. */
  readonly isFileStronger: boolean
  /** Null: whoever installed it. */
  readonly account: Account | null
}

/** A file with settings of the service, as its unit names it. */
export interface EnvironmentFile {
  readonly path: string
  readonly mayBeAbsent: boolean
}

/** Whom the service runs as. */
export interface Account {
  readonly user: string
  readonly group: string
}

const FILE_FLAG = /^--env-file(-if-exists)?=(.*)$/s

/** Of a command line that starts Sophia, what runs any command of hers. Throws CONFLICT where it starts something else. */
export function commandBeforeUp(words: readonly string[], file: string): [string, ...string[]] {
  const [node, ...rest] = words.slice(0, Math.max(0, words.indexOf('up')))
  if (node !== undefined && rest.length > 0) return [node, ...rest]
  throw new SophiaError('CONFLICT', {
    detail: `${file} does not start Sophia in the way that sophia service install writes it. Install the service again.`,
  })
}

/** Of a service whose Node itself reads the settings: the same, with the files named apart. */
export function runByNode(words: readonly string[], environment: Record<string, string>, file: string): Installed {
  const flags = words.map((word) => FILE_FLAG.exec(word))
  return {
    command: commandBeforeUp(
      words.filter((_word, index) => !flags[index]),
      file,
    ),
    environment,
    environmentFiles: flags.flatMap((flag) =>
      flag ? [{ path: flag[2] ?? '', mayBeAbsent: flag[1] !== undefined }] : [],
    ),
    isFileStronger: false,
    account: null,
  }
}
