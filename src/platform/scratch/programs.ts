import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where programs lie that the search path of an account may leave out. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin']

/** Where a program of this machine lies, by the search path that is given; undefined without one. */
export function findProgram(name: string, searchPath: string): string | undefined {
  const folders = [...searchPath.split(delimiter).filter(Boolean), ...USUAL_FOLDERS]
  return folders.map((folder) => join(folder, name)).find(mayRun)
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // not there
    return false
  }
}
