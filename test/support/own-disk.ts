import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface OwnDisk {
  readonly folder: string
  unmount(): Promise<void>
}

/** A disk of this size in a folder of its own; undefined where nobody may mount one: not root, or a plain container. Whoever mounts it unmounts it. */
export async function mountDisk(sizeMb: number): Promise<OwnDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-disk-'))
  const isMounted =
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'sophia-test', folder]).status === 0
  const unmount = async (): Promise<void> => {
    if (isMounted) spawnSync('umount', ['-l', folder])
    await rm(folder, { recursive: true, force: true })
  }
  if (!isMounted) {
    await unmount()
    return undefined
  }
  await chmod(folder, 0o711)
  return { folder, unmount }
}
