import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { askSophia } from '#platform/scratch/client.ts'
import { mountScratchDisk } from '#platform/scratch/disk.ts'
import type { ScratchSophia } from '#platform/scratch/sophia.ts'
import type { Frame } from '../frame.ts'
import { DISK } from '../sweep-leftovers.ts'
import { startAll } from './of-processes.ts'
import type { Scene } from './scene.ts'

/** The programs and files of a built-in PostgreSQL, twice over, so that it is full by what fills it only. */
const DISK_MB = 700
const BACKUP_LIMIT_MS = 60_000

export const restore: Scene = {
  programs: [],
  async set(frame) {
    const [sophia] = await frame.createSophias(1, {})
    if (!sophia) throw new Error('unreachable: one process was asked for')
    await sophia.start()
    const elsewhere = join(frame.folder, 'elsewhere')
    return {
      sophias: [sophia],
      backUp: () => backUp(frame, sophia, elsewhere),
      inject: async () => {
        await sophia.kill()
        await sophia.killEngine()
        await rm(sophia.home, { recursive: true, force: true })
      },
      lastsMs: 0,
      mend: async () => {
        const [archive] = (await readdir(elsewhere)).filter((name) => name.endsWith('.tar'))
        if (archive === undefined) throw new Error('There is no archive to restore.')
        await sophia.makeHome()
        await sophia.command('backup', 'restore', join(elsewhere, archive), '--yes')
        await sophia.start()
      },
    }
  },
}

export const diskFull: Scene = {
  programs: ['mount', 'umount'],
  isOnOwnDisk: true,
  async set(frame) {
    const disk = await mountScratchDisk(join(frame.folder, DISK), DISK_MB)
    if (!disk) throw new Error('A disk of its own could not be mounted.')
    frame.onEnd(disk.unmount)
    const sophias = await frame.createSophias(1, {}, disk.folder)
    await startAll(sophias)
    return { sophias, inject: disk.fill, lastsMs: 10_000, mend: disk.free }
  },
}

const Made = z.object({ id: z.string() })

/** Makes and proves one, and takes it to where the loss of the home does not reach. */
async function backUp({ key }: Frame, { url, home }: ScratchSophia, elsewhere: string): Promise<void> {
  const limited = { url, key, method: 'POST', limitMs: BACKUP_LIMIT_MS } as const
  const made = await askSophia({ ...limited, path: '/api/backups' })
  if (made.status !== 201) throw new Error(`No backup could be made: ${made.status}.`)
  const { id } = Made.parse(made.body)
  const proven = await askSophia({ ...limited, path: `/api/backups/${encodeURIComponent(id)}/verify` })
  if (proven.status !== 200) throw new Error(`The backup could not be proven: ${proven.status}.`)
  await mkdir(elsewhere, { recursive: true })
  await cp(join(home, 'backups'), elsewhere, { recursive: true })
}
