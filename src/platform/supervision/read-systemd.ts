import { commandBeforeUp, type Account, type EnvironmentFile, type Installed } from './installed.ts'

/** What a unit of ours says, with its drop-ins in their order. `file` is named when it says something else. */
export function readUnit(texts: readonly string[], file: string): Installed {
  const lines = texts.flatMap(serviceLines)
  const valuesOf = (key: string): string[] => {
    const values = lines.filter(([name]) => name === key).map(([, value]) => value)
    // An empty one takes back what was said before.
    return values.slice(values.lastIndexOf('') + 1)
  }
  const command = wordsOf(valuesOf('ExecStart').at(-1) ?? '').map((word) => word.replaceAll('$$', '$'))
  return {
    command: commandBeforeUp(command, file),
    environment: Object.fromEntries(valuesOf('Environment').flatMap(wordsOf).map(pairOf)),
    environmentFiles: valuesOf('EnvironmentFile').map(environmentFile),
    isFileStronger: true,
    account: accountOf(valuesOf('User').at(-1), valuesOf('Group').at(-1)),
  }
}

function accountOf(user: string | undefined, group: string | undefined): Account | null {
  return user === undefined ? null : { user, group: group ?? user }
}

function environmentFile(value: string): EnvironmentFile {
  return { path: plain(value.replace(/^-/, '')), mayBeAbsent: value.startsWith('-') }
}

function serviceLines(text: string): [key: string, value: string][] {
  let section = ''
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => {
      section = /^\[(.+)\]\s*$/.exec(line)?.[1] ?? section
      const [, key, value] = /^(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
      return section === 'Service' && key !== undefined ? [[key, value ?? ''] as [string, string]] : []
    })
}

/** Words with blanks between, quoted as systemd has it. */
function wordsOf(value: string): string[] {
  const words = value.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+/g) ?? []
  return words.map((word) => {
    const pieces = word.match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^"'\\]+/g) ?? []
    return plain(pieces.map((piece) => piece.replace(/^(["'])(.*)\1$/, '$2').replaceAll(/\\(.)/g, '$1')).join(''))
  })
}

function pairOf(word: string): [string, string] {
  return [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
}

function plain(text: string): string {
  return text.replaceAll('%%', '%')
}
