import { join, resolve } from 'node:path'
import type { Values } from './config.ts'
import type { Secret } from './secret.ts'

/** Where archives go: a folder, or a bucket of a store that speaks S3. */
export type BackupTarget =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string }

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** `s3://bucket/prefix` or a folder. A text that is neither gives the sentence that says so. */
export function parseBackupTarget(text: string): BackupTarget | string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return { kind: 'folder', folder: resolve(text) }
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/?#]*)([^?#]*)$/.exec(text) ?? []
  const prefix = rest.replaceAll(/^\/+|\/+$/g, '')
  if (!BUCKET.test(bucket) || !/^[\w!.*'()/-]*$/.test(prefix)) return 'expected a folder or s3://bucket/prefix'
  return { kind: 's3', bucket, prefix }
}

export interface BackupConfig {
  /** Where archives are made. */
  readonly folder: string
  /** It goes with this process, and no other place is named: what lies there is no backup. */
  readonly isFleeting: boolean
  /** What lies in the home is still there when this process is gone. */
  readonly homeLasts: boolean
  /** Whom they are encrypted to; none: they are left in the clear. */
  readonly recipients: readonly string[]
  /** Null: they stay in the folder. */
  readonly s3: {
    readonly bucket: string
    readonly prefix: string
    readonly region: string
    /** Null: Amazon's own. */
    readonly endpoint: string | null
    readonly accessKeyId: string
    readonly secretAccessKey: Secret
    readonly sessionToken: Secret | null
  } | null
}

export function toBackup(values: Values, home: string): BackupConfig {
  const {
    SOPHIA_BACKUP_TARGET: target,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  } = values
  return {
    folder: target?.kind === 'folder' ? target.folder : join(home, 'backups'),
    homeLasts: values.SOPHIA_HOME_LASTS !== 'no',
    isFleeting: values.SOPHIA_HOME_LASTS === 'no' && target === null,
    recipients: values.SOPHIA_BACKUP_RECIPIENT ?? [],
    // A bucket without its key is a fault that was told before.
    s3:
      target?.kind === 's3' && accessKeyId && secretAccessKey
        ? {
            bucket: target.bucket,
            prefix: target.prefix,
            region: values.AWS_REGION,
            endpoint: values.AWS_ENDPOINT_URL_S3,
            accessKeyId,
            secretAccessKey,
            sessionToken: values.AWS_SESSION_TOKEN,
          }
        : null,
  }
}
