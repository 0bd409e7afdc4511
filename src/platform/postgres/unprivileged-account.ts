import { chmod, chown, lstat, readdir, readFile, stat, lchown } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SophiaError } from '#domain/errors.ts'
import { quoteWord } from '#platform/quote-word.ts'

/** The account the engine runs under when Sophia herself is root: PostgreSQL refuses to run as root. */
export interface UnprivilegedAccount {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const CANDIDATES = ['sophia', 'postgres', 'nobody']

/** The first of sophia, postgres, nobody in /etc/passwd; undefined when Sophia is not root and needs none. */
export async function findUnprivilegedAccount(): Promise<UnprivilegedAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined
  // Minimal images may have no passwd file; the kernel needs only the numbers.
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  for (const candidate of CANDIDATES) {
    const [name, , uid, gid] = lines.find(([found]) => found === candidate) ?? []
    if (name && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) }
  }
  return { name: 'nobody', uid: 65_534, gid: 65_534 }
}

/** Makes the account the owner of one file or folder. */
export async function giveTo(account: UnprivilegedAccount | undefined, path: string): Promise<void> {
  if (account) await chown(path, account.uid, account.gid)
}

/** Makes the account the owner of a whole tree, links themselves included. The top comes last: it says that all of it is done. */
export async function giveTreeTo(account: UnprivilegedAccount | undefined, path: string): Promise<void> {
  if (!account) return
  if ((await lstat(path)).isDirectory())
    await Promise.all((await readdir(path)).map((name) => giveTreeTo(account, join(path, name))))
  await lchown(path, account.uid, account.gid)
}

/**
 * Gives the account what root took with a whole home, as by `chown -R`. Only while no engine runs on it. Throws HOME_NOT_WRITABLE where it
 * belongs to a third one, who could lead root elsewhere meanwhile.
 */
export async function giveBack(account: UnprivilegedAccount | undefined, folder: string): Promise<void> {
  if (!account) return
  const found = await lstat(folder)
  // One that leads elsewhere was made by hand, and so is what it leads to.
  if (!found.isDirectory() || found.uid === account.uid) return
  if (found.uid === 0) return giveTreeTo(account, folder)
  throw new SophiaError('HOME_NOT_WRITABLE', {
    detail:
      `PostgreSQL must not run as root, so it runs as "${account.name}", and ${folder} belongs to the account ${found.uid}. ` +
      `If nobody else shall run Sophia there, make it root's, and the next start gives it to "${account.name}": chown -R root ${quoteWord(folder)}`,
  })
}

/** Root keeps the folder; the account may pass through to its own, and neither list nor write this one. */
export async function openPassage(folder: string, account: UnprivilegedAccount): Promise<void> {
  const found = await stat(folder)
  if (found.uid === account.uid) return
  await chown(folder, found.uid, account.gid)
  await chmod(folder, 0o710)
}

/** Throws HOME_NOT_WRITABLE naming the first folder on the way to `path` that the account may not pass through. */
export async function assertReachable(account: UnprivilegedAccount | undefined, path: string): Promise<void> {
  if (!account) return
  const parents: string[] = []
  for (let folder = path; ; folder = dirname(folder)) {
    parents.unshift(folder)
    if (folder === dirname(folder)) break
  }
  for (const folder of parents) {
    const { uid, gid, mode } = await stat(folder)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if (mode & bit) continue
    throw new SophiaError('HOME_NOT_WRITABLE', {
      detail:
        `PostgreSQL must not run as root, so it runs as "${account.name}", and ${folder} is closed to that account. ` +
        'Set SOPHIA_HOME to a folder outside, such as /var/lib/sophia.',
    })
  }
}
