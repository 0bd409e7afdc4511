import type { BackupSummary } from './list-backups.ts'

/** Of what only lies in the store: others may share it. What nobody says of whose it is counts. */
export function isOfAnother(backup: Pick<BackupSummary, 'deployment' | 'places'>, deployment: string | null): boolean {
  const isOther = deployment !== null && backup.deployment !== null && backup.deployment !== deployment
  return isOther && !backup.places.includes('machine')
}

interface Looked {
  /** This one, by when it began; null: not known. */
  readonly deployment: string | null
  /** When another process of it last proved one. */
  readonly elsewhere: Date | null
  readonly now: Date
  /** What only lies here goes with this process. */
  readonly isFleeting?: boolean | undefined
}

/** When the newest proven backup of this deployment was made; null without one. */
export function newestVerified(
  backups: readonly Pick<BackupSummary, 'createdAt' | 'deployment' | 'places' | 'state'>[],
  { deployment, elsewhere, isFleeting = false, now }: Looked,
): Date | null {
  const own = backups
    .filter((backup) => backup.state === 'verified' && !isOfAnother(backup, deployment))
    .filter(({ places }) => !isFleeting || places.includes('store'))
    .map(({ createdAt }) => Date.parse(createdAt))
  // What is dated later was made under a clock that was wrong, and would silence the alert for as long.
  const made = [...own, ...(elsewhere ? [elsewhere.getTime()] : [])].filter((atMs) => atMs <= now.getTime())
  return made.length === 0 ? null : new Date(Math.max(...made))
}
