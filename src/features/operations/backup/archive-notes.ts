import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { BackupManifest, rowsOf, schemaVersionOf } from './backup-manifest.ts'

/** What lies beside an archive: whether it was proven, and of an encrypted one what may be known of it without opening it. */

const Proof = z.object({ verifiedAt: z.iso.datetime(), size: z.number(), mtimeMs: z.number() })

/** What is told of a backup in lists. */
export const BackupFacts = z.object({
  createdAt: z.iso.datetime(),
  reason: BackupManifest.shape.reason,
  schemaVersion: z.int(),
  rows: z.int(),
  /** Absent where it was not noted yet. */
  deployment: BackupManifest.shape.deployment,
  secretKeyCheck: BackupManifest.shape.secretKeyCheck,
})
export type BackupFacts = z.infer<typeof BackupFacts>

export function factsOf(manifest: BackupManifest): BackupFacts {
  const { createdAt, reason, deployment, secretKeyCheck } = manifest
  return {
    createdAt,
    reason,
    deployment,
    secretKeyCheck,
    schemaVersion: schemaVersionOf(manifest),
    rows: rowsOf(manifest),
  }
}

const proofOf = (file: string): string => `${file}.verified.json`
const factsBeside = (file: string): string => `${file}.about.json`

/** Notes that a file, as it is now, was proven. */
export async function writeProof(file: string, verifiedAt: string): Promise<void> {
  const { size, mtimeMs } = await stat(file)
  await writeFile(proofOf(file), JSON.stringify({ verifiedAt, size, mtimeMs }), { mode: 0o600 })
}

/** When a file was proven, as it is now; null where nobody proved it, or where it was changed since. */
export async function readProof(
  file: string,
  now: { readonly size: number; readonly mtimeMs: number },
): Promise<{ readonly verifiedAt: string | null; readonly isChanged: boolean }> {
  const proof = await readNote(proofOf(file), Proof)
  if (!proof) return { verifiedAt: null, isChanged: false }
  const isChanged = proof.size !== now.size || proof.mtimeMs !== now.mtimeMs
  return { verifiedAt: isChanged ? null : proof.verifiedAt, isChanged }
}

export async function writeFacts(file: string, manifest: BackupManifest): Promise<void> {
  await writeFile(factsBeside(file), JSON.stringify(factsOf(manifest)), { mode: 0o600 })
}

export function readFacts(file: string): Promise<BackupFacts | null> {
  return readNote(factsBeside(file), BackupFacts)
}

/** Removes an archive with all that lies beside it. */
export async function removeArchive(file: string): Promise<void> {
  await Promise.all([file, proofOf(file), factsBeside(file)].map((path) => rm(path, { force: true })))
}

async function readNote<Shape extends z.ZodType>(path: string, shape: Shape): Promise<z.infer<Shape> | null> {
  try {
    return shape.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // Absent or unreadable both mean the same: nobody says anything of this file.
    return null
  }
}
