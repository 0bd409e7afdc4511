import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { access, lstat, mkdir, readdir, readFile, rename, rm, writeFile, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { SophiaError } from '#domain/errors.ts'
import type { EngineFiles } from './engine-files.ts'
import { giveTo, type UnprivilegedAccount } from './unprivileged-account.ts'

const run = promisify(execFile)
export const ENGINE_USER = 'sophia'
export const SOCKET_PORT = 5432
const SYSTEM_LOCALE = process.platform === 'linux' ? 'C.UTF-8' : 'C'
/** The kernel's limit for a unix socket's path is 108 bytes with the closing zero. */
const SOCKET_PATH_MAX_BYTES = 107

/** The folders and secrets of one embedded cluster. */
export interface Cluster {
  readonly folder: string
  /** Absent on Windows, where the engine listens on loopback TCP. */
  readonly socketFolder: string | undefined
  readonly logFile: string
  readonly password: string
}

/** Makes whatever of the cluster is not there yet: password, folders, and the data folder by initdb. */
export async function prepareCluster(
  home: string,
  engine: EngineFiles,
  account: UnprivilegedAccount | undefined,
): Promise<Cluster> {
  const password = await readOrCreatePassword(join(home, 'postgres.password'))
  const folder = join(home, 'data')
  const logs = join(home, 'logs')
  await mkdir(logs, { recursive: true, mode: 0o700 })
  const socketFolder = process.platform === 'win32' ? undefined : await makeSocketFolder(home, account)
  if (await isThere(join(folder, 'PG_VERSION'))) await assertSameMajor(folder, engine)
  else await createDataFolder(folder, { engine, account, password })
  return { folder, socketFolder, logFile: join(logs, 'postgres.log'), password }
}

/** Written before the cluster exists, so there is never a cluster whose password was lost to a crash. */
async function readOrCreatePassword(path: string): Promise<string> {
  const found = (await readFile(path, 'utf8').catch(() => '')).trim()
  if (found) return found
  const password = randomBytes(24).toString('base64url')
  const partial = `${path}.partial`
  await rm(partial, { force: true })
  await writeFile(partial, `${password}\n`, { mode: 0o600, flush: true })
  await rename(partial, path)
  return password
}

async function makeSocketFolder(home: string, account: UnprivilegedAccount | undefined): Promise<string> {
  const folder = chooseSocketFolder(home)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  const owners = [process.getuid?.(), account?.uid]
  // In a shared temp folder somebody else could have made this name first, to listen in our place.
  if (!found.isDirectory() || !owners.includes(found.uid)) {
    throw new SophiaError('EMBEDDED_POSTGRES_UNAVAILABLE', {
      detail: `${folder} belongs to another account. Remove it, or set SOPHIA_HOME to a shorter path.`,
    })
  }
  await chmod(folder, 0o700)
  await giveTo(account, folder)
  return folder
}

/** `<home>/run` when its socket's path fits the kernel's limit, else a folder in the temp folder named by the home's hash. */
export function chooseSocketFolder(home: string): string {
  const name = `sophia-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  const fits = (folder: string): boolean =>
    Buffer.byteLength(join(folder, `.s.PGSQL.${SOCKET_PORT}.lock`)) <= SOCKET_PATH_MAX_BYTES
  return [join(home, 'run'), join(tmpdir(), name)].find(fits) ?? join('/tmp', name)
}

async function createDataFolder(
  folder: string,
  needs: { engine: EngineFiles; account: UnprivilegedAccount | undefined; password: string },
): Promise<void> {
  // Of this process alone: what a start that was killed left running may still be at work on its own, and clears it away.
  const partial = `${folder}.partial-${process.pid}-${randomBytes(4).toString('hex')}`
  await clearPartial(folder)
  await mkdir(partial, { mode: 0o700 })
  await giveTo(needs.account, partial)
  const passwordFile = `${partial}.password`
  await rm(passwordFile, { force: true })
  await writeFile(passwordFile, needs.password, { mode: 0o600 })
  await giveTo(needs.account, passwordFile)
  try {
    // The built-in locale sorts the same on every system and after every upgrade of its C library.
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--locale=${SYSTEM_LOCALE}`]
    const flags = ['--encoding=UTF8', '--data-checksums', '--auth=scram-sha-256', ...locale]
    await run(
      needs.engine.initdb,
      [`--pgdata=${partial}`, `--username=${ENGINE_USER}`, `--pwfile=${passwordFile}`, ...flags],
      { ...spawnAs(needs.account), cwd: needs.engine.root },
    )
  } catch (cause) {
    throw explainEngineFault(cause, 'initdb failed')
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(partial, folder)
}

/** What starts that were cut short left behind; what of theirs is still being written is left to a later start. */
async function clearPartial(folder: string): Promise<void> {
  const begun = `${basename(folder)}.partial`
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(begun)) continue
    try {
      await rm(join(dirname(folder), name), { recursive: true, force: true })
    } catch (error) {
      const isStillFilled = error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY'
      if (!isStillFilled) throw error
    }
  }
}

async function assertSameMajor(folder: string, engine: EngineFiles): Promise<void> {
  const found = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim()
  const major = engine.version.split('.')[0]
  if (found === major) return
  throw new SophiaError('EMBEDDED_POSTGRES_UNAVAILABLE', {
    detail:
      `${folder} was written by PostgreSQL ${found}, and this Sophia brings ${major}. ` +
      'Make a backup with the Sophia that wrote it, move the folder away, and restore the backup here.',
  })
}

/** Account, and an environment in which nothing of the caller's leaks into the engine. */
export function spawnAs(account: UnprivilegedAccount | undefined): {
  uid?: number
  gid?: number
  env: NodeJS.ProcessEnv
} {
  const env = { LC_ALL: SYSTEM_LOCALE, TZ: 'UTC' }
  return account ? { uid: account.uid, gid: account.gid, env } : { env }
}

/** What the engine's own words mean to the person who started Sophia. */
export function explainEngineFault(cause: unknown, what: string): SophiaError {
  const said =
    cause instanceof Error ? [cause.message, 'stderr' in cause ? String(cause.stderr) : ''].join('\n') : String(cause)
  const full = /No space left on device|ENOSPC/.test(said)
  if (full) return new SophiaError('STORAGE_FULL', { detail: `The disk is full: ${what}. Free some space.`, cause })
  const tail = said.trim().split('\n').slice(-6).join(' | ')
  return new SophiaError('EMBEDDED_POSTGRES_UNAVAILABLE', {
    detail: `The built-in PostgreSQL cannot start here: ${what}. It said: ${tail}`,
    cause,
  })
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
