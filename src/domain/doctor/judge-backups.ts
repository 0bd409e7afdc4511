import { minuteText } from '../day.ts'
import { FLEETING_FIX } from '../backup/fleeting-home.ts'
import type { Shortage } from '../backup/find-shortage.ts'
import { failing, notConfigured, together, warning, well, type Finding } from './finding.ts'

/** Of one archive, in the backups folder or in the store. */
interface StoredBackup {
  readonly id: string
  readonly madeMs: number
  readonly state: 'verified' | 'unverified' | 'damaged'
}

export interface BackupFacts {
  readonly stored: readonly StoredBackup[]
  /** Of the last proven one that any machine made by schedule; null for none or where it is not known. */
  readonly lastRunMs: number | null
  readonly nowMs: number
  /** Whether there is anything to back up. */
  readonly hasData: boolean
  readonly folder: string
  /** The folder goes with its process: what lies there is no backup. */
  readonly isFleeting: boolean
}

/** As the alert has it. */
const STALE_MS = 26 * 3_600_000
const BACKUP_FIX = 'Make one: sophia backup create'

export function judgeBackups({ stored, lastRunMs, nowMs, hasData, folder, isFleeting }: BackupFacts): Finding {
  const fix = isFleeting ? FLEETING_FIX : BACKUP_FIX
  const damaged = stored.filter(({ state }) => state === 'damaged').map(({ id }) => id)
  const proven = isFleeting ? [] : stored.filter(({ state }) => state === 'verified').map(({ madeMs }) => madeMs)
  // What is dated later was made under a clock that was wrong, and says nothing of how old the data are.
  const past = [...proven, ...(lastRunMs === null ? [] : [lastRunMs])].filter((ms) => ms <= nowMs)
  const newestMs = Math.max(...past)
  const faults =
    damaged.length === 0
      ? []
      : [warning(`Damaged in ${folder}: ${damaged.join(', ')}.`, 'Take damaged archives away; they restore nothing.')]
  if (!Number.isFinite(newestMs)) {
    if (!hasData) return together(notConfigured('There is nothing to back up yet.'), faults)
    const none = isFleeting
      ? `No verified backup was found; ${folder} goes with its process, and what lies there is none.`
      : `No verified backup was found in ${folder}.`
    return together(warning(none, fix), faults)
  }
  const age = `The newest verified backup is of ${minuteText(newestMs)}.`
  return together(nowMs - newestMs > STALE_MS ? warning(age, `It is old. ${fix}`) : well(age), faults)
}

export interface BackupFolderFacts {
  readonly folder: string
  /** Null: it is not there yet, and `isWritable` is of the folder it would be made in. */
  readonly kind: 'folder' | 'other' | null
  readonly isWritable: boolean
  /** Null: there is room for one more. */
  readonly shortage: Shortage | null
  /** Whom backups are encrypted to. */
  readonly recipients: number
}

/** Where backups are made. */
export function judgeBackupFolder(facts: BackupFolderFacts): Finding {
  const { folder, kind, isWritable, shortage, recipients } = facts
  const remedy =
    'Make it a folder that the account Sophia runs as may write, or set SOPHIA_BACKUP_TARGET to another one.'
  if (kind === 'other') return failing(`${folder} is no folder, and no backup can be made.`, remedy)
  if (!isWritable) return failing(`${folder} cannot be written by this account, and no backup can be made.`, remedy)
  const there = kind === null ? `${folder} is made with the first backup` : `${folder} can be written`
  const secrecy =
    recipients === 0 ? 'not encrypted' : `encrypted to ${recipients === 1 ? 'a recipient' : `${recipients} recipients`}`
  if (shortage)
    return failing(
      `${there}, and has no room for one more: ${megabytes(shortage.freeBytes)} are free, ${megabytes(shortage.wantedBytes)} are needed${shortage.of === 'archives' ? '' : ' with its rehearsal'}, and 5 % of the disk has to stay free.`,
      'Delete old backups, give the disk more room, or set SOPHIA_BACKUP_TARGET.',
    )
  return well(`${there} and has room for one more; backups are ${secrecy}.`)
}

export interface BackupStoreFacts {
  readonly address: string
  /** What could not be done first, and what the store said; null: everything could. */
  readonly fault: { readonly doing: 'list' | 'write' | 'remove'; readonly said: string } | null
}

const MAY = {
  list: 'list the bucket and read under the prefix',
  write: 'write and read under the prefix',
  remove: 'delete under the prefix: the object `doctor-probe` that was put there stays, as spent backups would',
} as const satisfies Record<NonNullable<BackupStoreFacts['fault']>['doing'], string>

/** Where they are copied to. */
export function judgeBackupStore({ address, fault }: BackupStoreFacts): Finding {
  if (fault === null) return well(`${address} was listed, and a small object was put there and removed again.`)
  const { doing, said } = fault
  const fix = fixOf(said) ?? `Let the key ${MAY[doing]}.`
  return doing === 'remove' ? warning(said, fix) : failing(said, fix)
}

/** By the words that stores have for it. */
function fixOf(said: string): string | null {
  if (/InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|RequestTimeTooSkewed/.test(said))
    return 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, and the clock of this machine.'
  if (/NoSuchBucket/.test(said)) return 'Make the bucket, or check SOPHIA_BACKUP_TARGET and AWS_ENDPOINT_URL_S3.'
  if (/AccessDenied|Forbidden|403/.test(said)) return null
  if (/PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint/.test(said))
    return 'Check AWS_REGION: it has to be the region of the bucket.'
  return 'See that the store runs and lets this machine in, and check AWS_ENDPOINT_URL_S3 and SOPHIA_BACKUP_TARGET.'
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
