import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findShortage, type Shortage } from '#domain/backup/find-shortage.ts'
import { notConfigured, type Finding } from '#domain/doctor/finding.ts'
import {
  judgeBackupFolder,
  judgeBackups,
  judgeBackupStore,
  type BackupStoreFacts,
} from '#domain/doctor/judge-backups.ts'
import { readDiskSpace } from '../disk-space.ts'
import type { ObjectStore } from '#platform/object-store/object-store.ts'
import { openObjectStore } from '#platform/object-store/open-object-store.ts'
import { listBackups } from '../backup/list-backups.ts'
import { isOfAnother } from '../backup/newest-verified.ts'
import { anotherArchive } from '../backup/require-room.ts'
import type { DoctorNeeds } from './doctor-needs.ts'
import { reasonOf, type Check } from './examine.ts'
import { lookAtHome, nearestFolder } from './look-at-machine.ts'
import type { StoreLooks } from './store-looks.ts'

/** One name, so that at most one is left where it may not be removed. */
const PROBE = 'doctor-probe'
/** A store that says nothing must not hide what the folder has. */
const LIST_LIMIT_MS = 8000
const FOLDER_SETTINGS = ['SOPHIA_HOME', 'SOPHIA_HOME_LASTS', 'SOPHIA_BACKUP_TARGET']
const STORE_SETTINGS = [
  'SOPHIA_BACKUP_TARGET',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_ENDPOINT_URL_S3',
]

/** What there is to go back to, and whether more can be made. */
export function backupChecks(needs: DoctorNeeds, looks: StoreLooks): Check[] {
  return [
    {
      id: 'backups',
      settings: ['DATABASE_URL', ...FOLDER_SETTINGS, ...STORE_SETTINGS],
      look: () => checkBackups(needs, looks),
    },
    {
      id: 'backup-folder',
      settings: [...FOLDER_SETTINGS, 'SOPHIA_BACKUP_RECIPIENT'],
      look: () => checkFolder(needs, looks),
    },
    { id: 'backup-store', settings: STORE_SETTINGS, look: () => checkStore(needs) },
  ]
}

/** Archives of this machine and of the store, and what the database knows of those by schedule on any. */
async function checkBackups(needs: DoctorNeeds, looks: StoreLooks): Promise<Finding> {
  const { clock, config } = needs
  const { folder, isFleeting } = config.backup
  const looking = looks.direct().catch(() => null)
  const all = await withStore(needs, async (store) => {
    const listed = new AbortController()
    const late = clock.sleep(LIST_LIMIT_MS, listed.signal).then(() => null)
    // One that does not answer is told where it is looked at.
    const both = listBackups({ folder, store }).catch(() => null)
    const found = await Promise.race([both, late])
    listed.abort()
    return found ?? listBackups({ folder })
  })
  const look = await looking
  const deployment = look?.begunAt?.toISOString() ?? null
  return judgeBackups({
    stored: all
      .filter((backup) => !isOfAnother(backup, deployment))
      .map(({ id, createdAt, state }) => ({ id, madeMs: Date.parse(createdAt), state })),
    lastRunMs: look?.lastBackupMs ?? null,
    nowMs: clock.now().getTime(),
    hasData: config.postgres.url !== null || existsSync(join(config.home, 'data')),
    folder,
    isFleeting,
  })
}

async function checkFolder(needs: DoctorNeeds, looks: StoreLooks): Promise<Finding> {
  const { folder, recipients } = needs.config.backup
  const { kind, isWritable } = await lookAtHome(folder)
  const shortage = kind === 'other' ? null : await lookForShortage(needs, looks)
  return judgeBackupFolder({ folder, kind, isWritable, shortage, recipients: recipients.length })
}

/** As it is asked before one is made; while the database cannot be asked its rehearsal is not counted. */
async function lookForShortage({ config }: DoctorNeeds, looks: StoreLooks): Promise<Shortage | null> {
  const { folder } = config.backup
  const place = await nearestFolder(folder)
  const data = join(config.home, 'data')
  const isNear = config.postgres.url === null && existsSync(data)
  const look = await looks.direct().catch(() => null)
  return findShortage(
    {
      archives: await readDiskSpace(place),
      database: isNear ? await readDiskSpace(data) : null,
      isOne: isNear && (await stat(place)).dev === (await stat(data)).dev,
    },
    { archives: await anotherArchive({ folder }), database: look?.dataBytes ?? 0 },
  )
}

async function checkStore(needs: DoctorNeeds): Promise<Finding> {
  const found = await withStore(needs, async (store) => store && tryStore(store))
  return found
    ? judgeBackupStore(found)
    : notConfigured('SOPHIA_BACKUP_TARGET names no store; backups stay in the folder.')
}

async function tryStore(store: ObjectStore): Promise<BackupStoreFacts> {
  const { address } = store
  const place = await mkdtemp(join(tmpdir(), 'sophia-doctor-'))
  let doing: NonNullable<BackupStoreFacts['fault']>['doing'] = 'list'
  try {
    await store.list()
    doing = 'write'
    const path = join(place, PROBE)
    await writeFile(path, 'sophia')
    await store
      .put({ name: PROBE, path, bytes: 6, note: 'put by sophia doctor, to be removed' })
      .catch(async (error) => {
        // It may lie there and only not have been read back.
        await store.remove(PROBE).catch(() => undefined)
        throw error
      })
    doing = 'remove'
    await store.remove(PROBE)
    return { address, fault: null }
  } catch (error) {
    return { address, fault: { doing, said: reasonOf(error) } }
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

async function withStore<Result>(
  { config: { backup, network } }: DoctorNeeds,
  work: (store: ObjectStore | null) => Promise<Result>,
): Promise<Result> {
  const store = backup.s3 && openObjectStore({ ...backup.s3, allowPrivate: network.allowPrivate })
  try {
    return await work(store)
  } finally {
    await store?.close()
  }
}
