import type { BackupManifest } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'

/**
 * What is to be done so that the secrets of a backup open here; null where they do, where it holds none, and where it is not known, as of
 * backups that did not note their key yet.
 */
export async function warnOfKey(
  { secretKey }: Pick<BackupNeeds, 'secretKey'>,
  { secretKeyCheck }: Pick<BackupManifest, 'secretKeyCheck'>,
): Promise<string | null> {
  if (!secretKey || !secretKeyCheck) return null
  const here = await secretKey.check()
  if (here === secretKeyCheck) return null
  const which = here === null ? 'a secret key, and none is here' : 'another secret key than the one that is here'
  const remedy =
    secretKey.file === null
      ? 'set SOPHIA_SECRET_KEY, for every process, to what it was there (of a home with the built-in database: what its secret.key holds)'
      : `copy secret.key of the home it was made in to ${secretKey.file}, or set SOPHIA_SECRET_KEY to what it was there`
  return `The stored secrets of this backup, headers and sign-ins of MCP servers, were sealed with ${which}: they will not open. Before Sophia starts, ${remedy}. Without that key they have to be entered anew.`
}
