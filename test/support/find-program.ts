import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where programs lie that the search path of an account may leave out. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin']

/** The first of these programs that this machine has, by name on the search path or by a full path; undefined without any. */
export function findProgram(names: readonly string[], places: readonly string[] = []): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...USUAL_FOLDERS]
  return [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...places].find(canRun)
}

/** The same where there is no going on without it. Throws with what to do. */
export function requireProgram(name: string): string {
  const found = findProgram([name])
  if (found === undefined)
    throw new Error(`There is no ${name} on this machine. On Debian or Ubuntu: apt-get install ${name}`)
  return found
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // not there
    return false
  }
}
