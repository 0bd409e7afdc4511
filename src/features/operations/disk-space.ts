import { statfs } from 'node:fs/promises'
import { z } from 'zod'
import type { DiskSpace } from '#domain/disk-space.ts'

const Space = z.object({ bavail: z.number(), blocks: z.number(), bsize: z.number() })

/** Of the disk that a folder lies on, for whom this process runs as. */
export async function readDiskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = Space.parse(await statfs(folder))
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
