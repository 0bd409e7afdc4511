import { readdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { assertReachable, findUnprivilegedAccount, openPassage } from '#platform/postgres/unprivileged-account.ts'
import { endNoted } from '#platform/scratch/crew.ts'
import { unmountDisk } from '#platform/scratch/disk.ts'
import { killEngineOf } from '#platform/scratch/postgres.ts'
import { folderOfRoot, makeFolderOfRoot, OF_ROOT } from './folder-of-root.ts'

/** Where a disk of a rehearsal is mounted. */
export const DISK = 'disk'

function folderInHome(home: string): string {
  return join(home, 'drills')
}

/**
 * Where rehearsals stand: in the home. Under root PostgreSQL runs as another account, which has to get there; a home that is not root's
 * keeps its group and mode, and where it is closed they stand beside it.
 */
export async function findDrillsFolder(home: string): Promise<string> {
  const account = await findUnprivilegedAccount()
  if (!account) return folderInHome(home)
  if ((await stat(home)).uid === 0) await openPassage(home, account)
  const isOpen = await assertReachable(account, home).then(
    () => true,
    () => false,
  )
  return isOpen ? folderInHome(home) : makeFolderOfRoot(home)
}

/** The folders of rehearsals that are there now, of one that runs as well. */
export async function listLeftovers(home: string): Promise<string[]> {
  const found = [folderInHome(home), folderOfRoot(home)].map(async (all) =>
    (await readdir(all).catch(() => [])).map((name) => join(all, name)),
  )
  return (await Promise.all(found)).flat()
}

/** Ends what rehearsals left that were killed, and removes it. */
export async function sweepLeftovers(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await endNoted(folder)
    for (const part of await readdir(folder).catch(() => [])) await killEngineOf(join(folder, part))
    await unmountDisk(join(folder, DISK))
    await removeFolder(folder)
  }
}

/** With what it lay in, if nothing else does. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  const all = dirname(folder)
  // Not empty, or gone already.
  await rmdir(all).catch(() => undefined)
  if (dirname(all) === OF_ROOT) await rmdir(OF_ROOT).catch(() => undefined)
}
