import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import { SophiaError } from '#domain/errors.ts'
import { AGE_MAGIC, NoKeyFits, unseal, type AgeKey } from '#platform/crypto/age.ts'
import { isServerFault } from '#platform/postgres/database-faults.ts'

/** A file that is read as a backup, and what may open it. */
export interface BackupArchive {
  readonly file: string
  /** What it is called to people; its file unless told. */
  readonly title?: string | undefined
  /** Tried in order, where it is encrypted. */
  readonly keys?: readonly AgeKey[] | undefined
}

type OnEntry = (name: string, stream: Readable) => Promise<'stop' | undefined>

const READ_BYTES = 256 * 1024

/** Goes through the entries of an archive, encrypted or not, until told to stop. Throws BACKUP_NOT_VALID, BACKUP_KEY_MISSING. */
export async function walkArchive(archive: BackupArchive, onEntry: OnEntry): Promise<void> {
  const isSealed = await isEncrypted(archive.file).catch((error: unknown) => {
    throw toFault(archive, error)
  })
  const source = createReadStream(archive.file, { highWaterMark: READ_BYTES })
  // Whoever reads it is told; without a listener a file that vanishes before anybody does would end the process.
  source.on('error', () => undefined)
  const reader = extract()
  let plain: Readable | undefined
  try {
    plain = isSealed ? await unseal(source, archive.keys ?? []) : source
    plain.on('error', (error) => reader.destroy(error))
    plain.pipe(reader)
    for await (const entry of reader) {
      if ((await onEntry(entry.header.name, Readable.from(entry, { objectMode: false }))) === 'stop') return
      entry.resume()
    }
  } catch (error) {
    throw toFault(archive, error)
  } finally {
    plain?.destroy()
    source.destroy()
    reader.destroy()
  }
}

/** Told by its first bytes: a name can be changed. */
export async function isEncrypted(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(AGE_MAGIC.length), 0, AGE_MAGIC.length, 0)
    return buffer.toString('latin1', 0, bytesRead) === AGE_MAGIC
  } finally {
    await handle.close()
  }
}

function toFault(archive: BackupArchive, error: unknown): unknown {
  // What the database has to say of its own is no fault of the archive.
  if (error instanceof SophiaError || isServerFault(error)) return error
  if (error instanceof NoKeyFits) return keyMissing(archive, error)
  return notValid(archive, 'it cannot be read', error)
}

function keyMissing({ file, title = file, keys = [] }: BackupArchive, cause: Error): SophiaError {
  const why =
    keys.length > 0
      ? 'it was encrypted to other recipients than the identities that were given'
      : 'it is encrypted. Name the file with the identity of one of its recipients: --identity FILE'
  return new SophiaError('BACKUP_KEY_MISSING', {
    detail: `The backup ${title} cannot be opened: ${why}. Nothing was touched.`,
    cause,
  })
}

export function notValid({ file, title = file }: BackupArchive, why: string, cause?: unknown): SophiaError {
  return new SophiaError('BACKUP_NOT_VALID', {
    detail: `The backup ${title} cannot be used: ${why}. Nothing was touched.`,
    cause,
  })
}
