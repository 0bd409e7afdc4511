import { execFile } from 'node:child_process'
import { chmod, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const BLOCK = Buffer.alloc(1024 * 1024)

/** A disk of a rehearsal, which may be filled without harm to anybody. */
export interface ScratchDisk {
  readonly folder: string
  /** To the last byte. */
  fill(): Promise<void>
  free(): Promise<void>
  unmount(): Promise<void>
}

/** Whether this process may mount one: root on Linux. A container without the right learns of it from `mountScratchDisk`. */
export function mayMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0
}

/** Mounts a disk in memory; undefined where the system does not permit it. */
export async function mountScratchDisk(folder: string, sizeMb: number): Promise<ScratchDisk | undefined> {
  await mkdir(folder, { recursive: true })
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'sophia-drill', folder])
  } catch {
    // The right is missing, or there is no such program: what is not there cannot be filled.
    return undefined
  }
  await chmod(folder, 0o711)
  const filler = join(folder, 'filler')
  return {
    folder,
    async fill() {
      const file = await open(filler, 'a')
      try {
        // The last whole block may not fit where single bytes do.
        for (const block of [BLOCK, BLOCK.subarray(0, 4096), BLOCK.subarray(0, 1)])
          // oxlint-disable-next-line no-await-in-loop
          await writeUntilFull(file, block)
      } finally {
        await file.close()
      }
    },
    free: () => rm(filler, { force: true }),
    unmount: () => unmountDisk(folder),
  }
}

/** Also of a rehearsal that was killed; nothing happens where none is mounted. */
export async function unmountDisk(folder: string): Promise<void> {
  await run('umount', ['-l', folder]).catch(() => undefined)
}

async function writeUntilFull(file: Awaited<ReturnType<typeof open>>, block: Buffer): Promise<void> {
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      await file.write(block)
    }
  } catch (error) {
    // As full as it gets.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
