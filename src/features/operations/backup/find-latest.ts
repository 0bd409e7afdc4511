import { SophiaError } from '#domain/errors.ts'
import type { BackupSummary } from './list-backups.ts'
import { isOfAnother } from './newest-verified.ts'

type Backup = Pick<BackupSummary, 'id' | 'createdAt' | 'deployment' | 'places' | 'reason' | 'state'>

interface Wanted {
  /** Only one that was proven. */
  readonly isVerified: boolean
  /** Of the database at hand, by when it began; null where nothing is in it. */
  readonly deployment: string | null
}

/**
 * The newest of this deployment that was not made before a restore. With nothing in the database this is the deployment whose newest
 * archive lies on this machine, or the only one there is. Others may share the store: where it is open whose to take, a person says.
 * Throws NOT_FOUND, CONFLICT.
 */
export function findLatest<Known extends Backup>(known: readonly Known[], { isVerified, deployment }: Wanted): Known {
  const usable = known.filter(
    ({ reason, state }) => reason !== 'before-restore' && (!isVerified || state === 'verified'),
  )
  const newest = usable[0]
  if (newest === undefined) throw nothing(isVerified)
  const own = deployment ?? usable.find((one) => one.places.includes('machine') && one.deployment)?.deployment ?? null
  const owners = [...Map.groupBy(usable, (one) => one.deployment ?? '').entries()].filter(([begun]) => begun !== '')
  if (own === null && owners.length <= 1) return newest
  const found = own === null ? undefined : usable.find((one) => !isOfAnother(one, own))
  if (found) return found
  throw severalOwners(
    own,
    owners.flatMap(([, [first]]) => first ?? []),
  )
}

function nothing(isVerified: boolean): SophiaError {
  const detail = isVerified
    ? 'There is no latest backup: latest is the newest verified one that was not made before a restore. Prove one (sophia backup verify), or name the one you want. See: sophia backup list'
    : 'There is no latest backup: latest is the newest one that was not made before a restore. Make one: sophia backup create'
  return new SophiaError('NOT_FOUND', { detail })
}

function severalOwners(own: string | null, newest: readonly Backup[]): SophiaError {
  const why =
    own === null
      ? 'The store holds backups of several deployments, and an empty database does not say which of them it is.'
      : `The store holds no backup of this deployment, which began ${own}: those from before it was set up anew or restored count as another's.`
  const choices = newest.map(
    ({ id, createdAt, deployment }) => `${id}, of ${createdAt}, by the deployment that began ${deployment}`,
  )
  return new SophiaError('CONFLICT', {
    detail: `${why} Name the one you want instead of latest. The newest of each: ${choices.join('; ')}. All: sophia backup list`,
  })
}
