import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'
import { seal, type AgeKey } from '#platform/crypto/age.ts'
import { BackupManifest, MANIFEST_NAME, partName, type BackupTable } from './backup-manifest.ts'
import type { PartFiles } from './part-files.ts'
import { notValid, walkArchive, type BackupArchive } from './walk-archive.ts'

/** The tar: the manifest, then one compressed CSV per table. Reading checks size and SHA-256 of every part it passes. */

interface Part {
  readonly name: string
  readonly bytes: number
}

interface Contents {
  readonly manifest: BackupManifest
  readonly parts: readonly Part[]
  readonly files: Pick<PartFiles, 'send'>
  /** Whom it is encrypted to; none: it is left in the clear. */
  readonly recipients: readonly string[]
}

/**
 * Writes the archive beside its final name and moves it there when it is whole and on the disk; nothing stays of one that fails.
 * Answers what opens it, where it is encrypted.
 */
export async function writeArchive(file: string, contents: Contents): Promise<AgeKey | null> {
  const partial = `${file}.partial`
  const archive = pack()
  const { sealed, key } =
    contents.recipients.length > 0
      ? await seal(Readable.from(archive, { objectMode: false }), contents.recipients)
      : { sealed: archive, key: null }
  const written = pipeline(sealed, createWriteStream(partial, { mode: 0o600 }))
  const filled = fill(archive, contents).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  })
  try {
    await Promise.all([written, filled])
    await syncToDisk(partial)
    await rename(partial, file)
  } catch (error) {
    // Only when nobody writes to it any more: an opening under way would make it anew.
    await written.catch(() => undefined)
    await rm(partial, { force: true })
    throw error
  }
  return key
}

async function fill(archive: Pack, { manifest, parts, files }: Contents): Promise<void> {
  archive.entry({ name: MANIFEST_NAME, mode: 0o600 }, JSON.stringify(manifest, null, 2))
  for (const part of parts) {
    await files.send(part.name, archive.entry({ name: part.name, size: part.bytes, mode: 0o600 }))
  }
  archive.finalize()
}

async function syncToDisk(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Only the manifest, which is the first entry. Throws BACKUP_NOT_VALID, BACKUP_KEY_MISSING. */
export async function readManifest(archive: BackupArchive): Promise<BackupManifest> {
  let manifest: BackupManifest | undefined
  await walkArchive(archive, async (name, stream) => {
    if (name !== MANIFEST_NAME) throw notValid(archive, 'it does not begin with a manifest')
    manifest = parseManifest(archive, await readText(stream))
    return 'stop'
  })
  if (!manifest) throw notValid(archive, 'it holds no manifest')
  return manifest
}

type OnTable = (table: BackupTable, part: Readable) => Promise<void>

/**
 * Hands over each table's compressed part in order, checked as it streams by; one that is not wanted, as is asked before, is passed over unchecked.
 * Throws BACKUP_NOT_VALID naming the bad part, and BACKUP_KEY_MISSING.
 */
export async function readArchive(
  archive: BackupArchive,
  onTable: OnTable,
  isWanted: (table: BackupTable) => Promise<boolean> = async () => true,
): Promise<BackupManifest> {
  const manifest = await readManifest(archive)
  const pending = new Map(manifest.tables.map((table) => [partName(table.name), table]))
  await walkArchive(archive, async (name, stream) => {
    if (name === MANIFEST_NAME) return drain(stream)
    const table = pending.get(name)
    if (!table) throw notValid(archive, `${name} is not in the manifest or comes twice`)
    pending.delete(name)
    if (!(await isWanted(table))) return drain(stream)
    const hash = createHash('sha256')
    let bytes = 0
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      hash.update(chunk)
    })
    await onTable(table, stream)
    if (bytes !== table.bytes || hash.digest('hex') !== table.sha256) throw notValid(archive, `${name} is damaged`)
    return undefined
  })
  const [missing] = pending.keys()
  if (missing) throw notValid(archive, `${missing} is missing`)
  return manifest
}

/** Reads an archive through and compares every size and checksum, without a database. Throws as `readArchive` does. */
export function checkArchive(
  archive: BackupArchive,
  tell: (table: string, bytes: number) => void,
): Promise<BackupManifest> {
  return readArchive(archive, async (table, part) => {
    await drain(part)
    tell(table.name, table.bytes)
  })
}

async function drain(stream: Readable): Promise<undefined> {
  for await (const chunk of stream) void chunk
}

async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString('utf8')
}

function parseManifest(archive: BackupArchive, text: string): BackupManifest {
  try {
    return BackupManifest.parse(JSON.parse(text))
  } catch (cause) {
    throw notValid(archive, 'its manifest is not readable', cause)
  }
}
