import { randomBytes } from 'node:crypto'
import {
  access,
  chmod,
  constants,
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import { findProcess, isSameProcess } from './process-table.ts'

/*
 * The lock is a file per tenure: sophia-1.lock, sophia-2.lock ... and the highest number says who owns the home.
 * A file appears whole (hard link of a finished one) and its number can be taken once only, so of any number of processes
 * that find the same dead owner exactly one succeeds it. Numbers never go back: release marks the file as free and leaves it.
 */

const Tenure = z.object({
  pid: z.number().int().positive(),
  /** Boot and start time, so that another process with a recycled number is not taken for the owner. */
  startedAt: z.string(),
  command: z.string().optional(),
  isReleased: z.boolean(),
  /** Where the owner listens, once it does. */
  address: z.string().optional(),
})
type Tenure = z.infer<typeof Tenure>

export interface HomeOwner {
  readonly pid: number
  readonly address: string | undefined
}

export interface HomeLock {
  /** Tells the CLI of the same home where to call. Throws STORAGE_FULL or HOME_NOT_WRITABLE. */
  publishAddress(address: string): Promise<void>
  release(): Promise<void>
}

/**
 * Makes this process the one owner of a home, creating it with mode 0700 when absent. The owner's death frees it, however it died.
 * Throws HOME_IN_USE with the owner's pid, HOME_NOT_WRITABLE or STORAGE_FULL.
 */
export async function acquireHome(home: string): Promise<HomeLock> {
  const folder = resolve(home)
  try {
    await makeHome(folder)
    const self = await findProcess(process.pid)
    const { startedAt = '', command } = self ?? {}
    const tenure: Tenure = { pid: process.pid, startedAt, command, isReleased: false }
    return await claim(folder, tenure)
  } catch (error) {
    throw explainFault(error, folder)
  }
}

/** The Sophia that runs on a home now; undefined when none does. */
export async function findHomeOwner(home: string): Promise<HomeOwner | undefined> {
  const folder = resolve(home)
  return findOwnerAt(folder, (await listTenures(folder)).at(-1))
}

/** Throws HOME_IN_USE with the owner's pid: a quick first look, before anything that takes time. Only acquireHome decides. */
export async function assertHomeIsFree(home: string): Promise<void> {
  const owner = await findHomeOwner(home)
  if (owner) throw inUse(owner, resolve(home))
}

function inUse(owner: HomeOwner, folder: string): SophiaError {
  return new SophiaError('HOME_IN_USE', {
    detail: `Another Sophia (process ${owner.pid}) runs on ${folder}. Stop it first, or set SOPHIA_HOME to another folder.`,
  })
}

async function findOwnerAt(folder: string, number: number | undefined): Promise<HomeOwner | undefined> {
  const tenure = number === undefined ? undefined : await readTenure(fileOf(folder, number))
  return tenure && (await isHeld(tenure)) ? { pid: tenure.pid, address: tenure.address } : undefined
}

async function claim(folder: string, tenure: Tenure): Promise<HomeLock> {
  for (;;) {
    const newest = (await listTenures(folder)).at(-1)
    const owner = await findOwnerAt(folder, newest)
    if (owner) throw inUse(owner, folder)
    // Counted from the very file that was found free: a second look could step over an owner that came in between.
    const number = (newest ?? 0) + 1
    if (!(await createWhole(fileOf(folder, number), tenure))) continue
    const numbers = await listTenures(folder)
    if (numbers.at(-1) !== number) {
      // We listed before others took, and cleared away, our number and the next: theirs is the newer one.
      await rm(fileOf(folder, number), { force: true })
      continue
    }
    await Promise.all(numbers.slice(0, -1).map((older) => rm(fileOf(folder, older), { force: true })))
    return createLock(fileOf(folder, number), tenure)
  }
}

function createLock(path: string, tenure: Tenure): HomeLock {
  let current = tenure
  const write = async (next: Tenure): Promise<void> => {
    current = next
    const partial = partialOf(path)
    try {
      await writeFile(partial, JSON.stringify(current), { mode: 0o600 })
      await rename(partial, path)
    } catch (error) {
      await rm(partial, { force: true })
      throw explainFault(error, dirname(path))
    }
  }
  return {
    publishAddress: (address) => write({ ...current, address }),
    release: () =>
      write({ pid: current.pid, startedAt: current.startedAt, isReleased: true }).catch((error: unknown) => {
        // A full disk must not spoil the stop: the end of this process frees the home as well.
        if (!(error instanceof SophiaError && error.code === 'STORAGE_FULL')) throw error
      }),
  }
}

/** Creates the file with its content in one step; false when the name is taken. */
async function createWhole(path: string, tenure: Tenure): Promise<boolean> {
  const partial = partialOf(path)
  await writeFile(partial, JSON.stringify(tenure), { mode: 0o600 })
  try {
    await link(partial, path).catch((error: unknown) => {
      if (codeOf(error) === 'EEXIST') throw error
      // File systems without hard links: still exclusive, and readers allow for a moment of half a file.
      return copyFile(partial, path, constants.COPYFILE_EXCL)
    })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(partial, { force: true })
  }
}

async function isHeld(tenure: Tenure): Promise<boolean> {
  if (tenure.isReleased) return false
  const found = await findProcess(tenure.pid)
  return found !== undefined && isSameProcess(tenure.pid, tenure, found)
}

async function readTenure(path: string): Promise<Tenure | undefined> {
  for (let round = 0; round < 10; round += 1) {
    const text = await readFile(path, 'utf8').catch(() => '')
    const parsed = Tenure.safeParse(parseJson(text))
    if (parsed.success) return parsed.data
    await delay(20)
  }
  // Nobody finishes it any more: what wrote it was killed.
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // half a file; the caller looks again
    return undefined
  }
}

/** The numbers in rising order; none when there is no home. */
async function listTenures(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [])
  const numbers = names.map((name) => Number(/^sophia-(\d+)\.lock$/.exec(name)?.[1])).filter(Number.isSafeInteger)
  return numbers.toSorted((a, b) => a - b)
}

function fileOf(folder: string, number: number): string {
  return join(folder, `sophia-${number}.lock`)
}

function partialOf(path: string): string {
  return join(dirname(path), `.lock-${process.pid}-${randomBytes(4).toString('hex')}`)
}

async function makeHome(folder: string): Promise<void> {
  const isNew = await makeFolder(folder)
  // A home that was there keeps the mode its owner chose.
  if (isNew) await chmod(folder, 0o700)
  if (!(await stat(folder)).isDirectory())
    throw new SophiaError('HOME_NOT_WRITABLE', { detail: `${folder} is not a folder.` })
  await access(folder, constants.W_OK | constants.X_OK)
}

/** Not mkdir's own `recursive`: that one never returns where parents exist and nothing can be made, as in /proc. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (codeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    if (!(await makeFolder(dirname(folder)))) throw error
    return makeFolder(folder)
  }
}

function explainFault(error: unknown, folder: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SophiaError('STORAGE_FULL', {
      detail: `The disk of ${folder} is full. Free some space, then start again.`,
      cause: error,
    })
  }
  if (!['EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'ENOENT'].includes(code)) return error
  return new SophiaError('HOME_NOT_WRITABLE', {
    detail: `${folder} cannot be written. Make it a folder the account Sophia runs as may write, or set SOPHIA_HOME to another one.`,
    cause: error,
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
