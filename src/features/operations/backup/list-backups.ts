import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SophiaError } from '#domain/errors.ts'
import { readFacts, factsOf, readProof, type BackupFacts } from './archive-notes.ts'
import { readManifest } from './backup-archive.ts'
import { ARCHIVE_END, archiveId, type BackupManifest } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { listStored } from './stored-backups.ts'
import { isEncrypted } from './walk-archive.ts'

export interface BackupSummary {
  /** The file's name without its end; commands take it or a path. */
  readonly id: string
  /** Where it is read from: a path, or an address in the store where it lies there alone. */
  readonly file: string
  readonly createdAt: string
  readonly bytes: number
  /** Null: not known without opening it. */
  readonly schemaVersion: number | null
  readonly rows: number | null
  readonly reason: BackupManifest['reason'] | 'unknown'
  readonly state: 'verified' | 'unverified' | 'damaged'
  readonly verifiedAt: string | null
  readonly isEncrypted: boolean
  readonly places: readonly ('machine' | 'store')[]
  /** The deployment it is of, by when that began; null: not known. */
  readonly deployment: string | null
  /** Tells the key that its secrets are sealed with from others; null: it holds none, or it is not known. */
  readonly secretKeyCheck: string | null
  readonly detail: string | null
}

/** Backups of the folder and of the store, newest first. Throws STORE_FAILED. */
export async function listBackups(needs: Pick<BackupNeeds, 'folder' | 'store'>): Promise<BackupSummary[]> {
  const own = await listFolder(needs)
  const stored = needs.store ? await listStored(needs.store) : []
  const alone = stored.filter(({ id }) => !own.some((one) => one.id === id))
  const both = own.map((one) =>
    together(
      one,
      stored.find(({ id }) => id === one.id),
    ),
  )
  return [...both, ...alone].toSorted(newestFirst)
}

/** As many as can be listed: where the store does not answer those of the folder, and why there are no more. */
export async function listReachable(
  needs: Pick<BackupNeeds, 'folder' | 'store'>,
): Promise<{ readonly items: BackupSummary[]; readonly storeFault: SophiaError | null }> {
  try {
    return { items: await listBackups(needs), storeFault: null }
  } catch (error) {
    if (!(error instanceof SophiaError) || error.code !== 'STORE_FAILED') throw error
    return { items: await listFolder(needs), storeFault: error }
  }
}

/** A copy that is not proven, while the other one is, gives way to it. */
function together(own: BackupSummary, stored: BackupSummary | undefined): BackupSummary {
  if (!stored) return own
  const deployment = own.deployment ?? stored.deployment
  const secretKeyCheck = own.secretKeyCheck ?? stored.secretKeyCheck
  return { ...(own.state === 'verified' ? own : stored), places: ['machine', 'store'], deployment, secretKeyCheck }
}

function newestFirst(one: BackupSummary, other: BackupSummary): number {
  return one.id < other.id ? 1 : -1
}

/** The folder's backups, newest first. One that was changed after it was verified counts as unverified. */
export async function listFolder({ folder }: Pick<BackupNeeds, 'folder'>): Promise<BackupSummary[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  const files = names
    .filter((name) => ARCHIVE_END.test(name))
    .toSorted()
    .toReversed()
  const found = await Promise.all(files.map((name) => tryFile(join(folder, name), archiveId(name))))
  return found.filter((one) => one !== null)
}

/** null: it was removed meanwhile, as another process does with those that are spent. */
async function tryFile(file: string, id: string): Promise<BackupSummary | null> {
  try {
    return await summarise(file, id)
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === 'ENOENT') || isGone(error.cause)
}

/** What a file says of itself, and what lies beside it. */
export async function summarise(file: string, id: string): Promise<BackupSummary> {
  const { size, mtimeMs, mtime } = await stat(file)
  const base = { id, file, bytes: size, places: ['machine'] as const }
  try {
    const isSealed = await isEncrypted(file)
    const facts = isSealed ? await readFacts(file) : factsOf(await readManifest({ file }))
    const { verifiedAt, isChanged } = await readProof(file, { size, mtimeMs })
    return {
      ...base,
      ...(facts ?? unknownFacts(mtime)),
      deployment: facts?.deployment ?? null,
      secretKeyCheck: facts?.secretKeyCheck ?? null,
      isEncrypted: isSealed,
      state: verifiedAt === null ? 'unverified' : 'verified',
      verifiedAt,
      detail: detailOf({ facts, isChanged, isClosed: isSealed && verifiedAt === null }),
    }
  } catch (error) {
    if (isGone(error)) throw error
    const detail = error instanceof Error ? error.message : 'It cannot be read.'
    return { ...base, ...unknownFacts(mtime), isEncrypted: false, state: 'damaged', verifiedAt: null, detail }
  }
}

function unknownFacts(mtime: Date) {
  return {
    createdAt: mtime.toISOString(),
    reason: 'unknown' as const,
    schemaVersion: null,
    rows: null,
    deployment: null,
    secretKeyCheck: null,
  }
}

interface Doubts {
  readonly facts: BackupFacts | null
  readonly isChanged: boolean
  /** Encrypted, and nobody who can open it has proven it. */
  readonly isClosed: boolean
}

function detailOf({ facts, isChanged, isClosed }: Doubts): string | null {
  if (isChanged) return 'The file changed after it was verified.'
  if (!facts) return 'It is encrypted; what it holds is told once it was verified with its identity.'
  return isClosed ? 'Not proven: it is encrypted, and nobody with its identity has verified it.' : null
}
