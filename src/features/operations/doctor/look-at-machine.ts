import { execFile } from 'node:child_process'
import { access, constants, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import type { DiskFacts, HomeFacts } from '#domain/doctor/judge-machine.ts'
import { readDiskSpace } from '../disk-space.ts'

/** Listens there for a moment; answers the system's code, null when it could be done. */
export function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    probe.listen(port, host, () => probe.close(() => resolve(null)))
  })
}

/** Whether the home is one, without making it. */
export async function lookAtHome(folder: string): Promise<HomeFacts> {
  const found = await stat(folder).catch(() => null)
  const place = found === null ? await nearestFolder(folder) : folder
  const isWritable = await access(place, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  const kind = found === null ? null : found.isDirectory() ? ('folder' as const) : ('other' as const)
  return { folder, kind, isWritable, mode: found === null || process.platform === 'win32' ? null : found.mode & 0o777 }
}

/** Of the disk that the home lies on or would lie on. */
export async function lookAtDisk(home: string): Promise<DiskFacts> {
  const folder = await nearestFolder(home)
  return { folder, ...(await readDiskSpace(folder)) }
}

/** The folder itself, or the first above it that is there. */
export async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  )
  return isThere || dirname(folder) === folder ? folder : nearestFolder(dirname(folder))
}

/** The permission bits of a file; null where there is none, or the system has no such bits. */
export async function modeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch(() => null)
  return found === null || process.platform === 'win32' ? null : found.mode & 0o777
}

/** What systemd says of the machine's clock; null where nobody says anything. */
export function readClockState(environment: Readonly<Record<string, string>>): Promise<boolean | null> {
  return new Promise((resolve) => {
    const asked = ['show', '--property=NTPSynchronized', '--value']
    execFile('timedatectl', asked, { env: environment, timeout: 3000 }, (error, said) => {
      const word = said.trim()
      resolve(error === null && (word === 'yes' || word === 'no') ? word === 'yes' : null)
    })
  })
}

/** Where a program lies that a child process would be started from; null: nowhere. */
export async function findProgram(command: string, path: string): Promise<string | null> {
  const names = process.platform === 'win32' ? [command, `${command}.exe`, `${command}.cmd`] : [command]
  const isPath = isAbsolute(command) || /[\\/]/.test(command)
  const places = isPath ? names : path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const found = await Promise.all(
    places.map((place) =>
      access(place, constants.X_OK).then(
        () => place,
        () => null,
      ),
    ),
  )
  return found.find((place) => place !== null) ?? null
}
