import { createHash } from 'node:crypto'
import { chmod, mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Of root, who rehearses for a home where copies cannot stand, or that is another's. */
export const OF_ROOT = '/var/lib/sophia-drills'

export function folderOfRoot(home: string): string {
  return join(OF_ROOT, createHash('sha256').update(home).digest('hex').slice(0, 16))
}

/** Other accounts may pass through it, and see nothing. */
export async function makeFolderOfRoot(home: string): Promise<string> {
  const folder = folderOfRoot(home)
  await mkdir(folder, { recursive: true })
  for (const each of [OF_ROOT, folder]) await chmod(each, 0o711)
  return folder
}

/** Where nothing is in it; and what it lay in, likewise. */
export async function removeFolderOfRoot(home: string): Promise<void> {
  // Not empty, or gone already.
  for (const each of [folderOfRoot(home), OF_ROOT]) await rmdir(each).catch(() => undefined)
}
