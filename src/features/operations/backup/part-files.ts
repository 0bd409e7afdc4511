import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, type Readable, type Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Where the parts of an archive wait until all of them are there: a tar wants to know the size of each before it. */
export interface PartFiles {
  /** What a part goes through, in order, the file last. */
  write(name: string): readonly [Transform, Writable]
  /** Sends a part that was written to where it belongs. */
  send(name: string, to: NodeJS.WritableStream): Promise<void>
}

const CIPHER = 'aes-256-ctr'

/** In the clear, or with `isSecret` under a key that this process alone has and forgets. */
export function createPartFiles(folder: string, isSecret: boolean): PartFiles {
  const key = isSecret ? randomBytes(32) : null
  const starts = new Map<string, Buffer>()
  return {
    write(name) {
      const start = randomBytes(16)
      starts.set(name, start)
      const file = createWriteStream(join(folder, name), { mode: 0o600 })
      return [key ? createCipheriv(CIPHER, key, start) : new PassThrough(), file]
    },
    send(name, to) {
      const file: Readable = createReadStream(join(folder, name))
      const start = starts.get(name)
      return key && start ? pipeline(file, createDecipheriv(CIPHER, key, start), to) : pipeline(file, to)
    },
  }
}
