import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, pack, type Pack } from 'tar-stream'
import { SophiaError } from '#domain/errors.ts'
import { BackupManifest, MANIFEST_NAME, partName } from './backup-manifest.ts'

/** The tar: the manifest, then one compressed CSV per table. Reading checks size and SHA-256 of every part it passes. */

interface Part {
  readonly name: string
  readonly path: string
  readonly bytes: number
}

/** Writes the archive beside its final name and moves it there when it is whole and on the disk. */
export async function writeArchive(file: string, manifest: BackupManifest, parts: readonly Part[]): Promise<void> {
  const partial = `${file}.partial`
  const archive = pack()
  const written = pipeline(archive, createWriteStream(partial, { mode: 0o600 }))
  const filled = fill(archive, manifest, parts).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  })
  await Promise.all([written, filled])
  await syncToDisk(partial)
  await rename(partial, file)
}

async function fill(archive: Pack, manifest: BackupManifest, parts: readonly Part[]): Promise<void> {
  archive.entry({ name: MANIFEST_NAME, mode: 0o600 }, JSON.stringify(manifest, null, 2))
  for (const part of parts) {
    const entry = archive.entry({ name: part.name, size: part.bytes, mode: 0o600 })
    await pipeline(createReadStream(part.path), entry)
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

/** Only the manifest, which is the first entry. Throws BACKUP_NOT_VALID. */
export async function readManifest(file: string): Promise<BackupManifest> {
  let manifest: BackupManifest | undefined
  await walk(file, async (name, stream) => {
    if (name !== MANIFEST_NAME) throw notValid(file, 'it does not begin with a manifest')
    manifest = parseManifest(file, await readText(stream))
    return 'stop'
  })
  if (!manifest) throw notValid(file, 'it holds no manifest')
  return manifest
}

/** Hands over each table's compressed part in order, checked as it streams by. Throws BACKUP_NOT_VALID naming the bad part. */
export async function readArchive(
  file: string,
  onTable: (table: BackupManifest['tables'][number], part: Readable) => Promise<void>,
): Promise<BackupManifest> {
  const manifest = await readManifest(file)
  const pending = new Map(manifest.tables.map((table) => [partName(table.name), table]))
  await walk(file, async (name, stream) => {
    if (name === MANIFEST_NAME) return drain(stream)
    const table = pending.get(name)
    if (!table) throw notValid(file, `${name} is not in the manifest or comes twice`)
    pending.delete(name)
    const hash = createHash('sha256')
    let bytes = 0
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      hash.update(chunk)
    })
    await onTable(table, stream)
    if (bytes !== table.bytes || hash.digest('hex') !== table.sha256) throw notValid(file, `${name} is damaged`)
    return undefined
  })
  const [missing] = pending.keys()
  if (missing) throw notValid(file, `${missing} is missing`)
  return manifest
}

type OnEntry = (name: string, stream: Readable) => Promise<'stop' | undefined>

async function walk(file: string, onEntry: OnEntry): Promise<void> {
  const source = createReadStream(file)
  const reader = extract()
  source.on('error', (error) => reader.destroy(error))
  source.pipe(reader)
  try {
    for await (const entry of reader) {
      if ((await onEntry(entry.header.name, Readable.from(entry, { objectMode: false }))) === 'stop') return
      entry.resume()
    }
  } catch (error) {
    throw error instanceof SophiaError ? error : notValid(file, 'it cannot be read', error)
  } finally {
    source.destroy()
    reader.destroy()
  }
}

async function drain(stream: Readable): Promise<undefined> {
  for await (const chunk of stream) void chunk
}

async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString('utf8')
}

function parseManifest(file: string, text: string): BackupManifest {
  try {
    return BackupManifest.parse(JSON.parse(text))
  } catch (cause) {
    throw notValid(file, 'its manifest is not readable', cause)
  }
}

function notValid(file: string, why: string, cause?: unknown): SophiaError {
  return new SophiaError('BACKUP_NOT_VALID', {
    detail: `The backup ${file} cannot be used: ${why}. Nothing was touched.`,
    cause,
  })
}
