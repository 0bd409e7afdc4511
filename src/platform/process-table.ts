import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What tells one process from every other that ever had its number. */
export interface ProcessIdentity {
  /** Boot and start time in the system's own terms; equal only for the same process. */
  readonly startedAt: string
  readonly command: string
}

/** The same as it was written down; a version before did not write the command. */
type NotedProcess = Pick<ProcessIdentity, 'startedAt'> & { readonly command?: string | undefined }

/** The process with this number, or undefined when there is none (a zombie is none: it only waits to be reaped). */
export async function findProcess(pid: number): Promise<ProcessIdentity | undefined> {
  if (!isAlive(pid)) return undefined
  if (process.platform === 'linux') return findOnLinux(pid)
  if (process.platform === 'win32') return findOnWindows(pid)
  return findByPs(pid)
}

const BOOT_AND_TICKS = /^[\da-f-]{36}:(\d+)$/

/**
 * Whether the process found under a number is the one that was noted under it. A container of systemd shows its own boot to those who look
 * from it, and the machine's to a service that has a view of processes of its own. Where only the boot differs, the command line tells: after a
 * true boot just whoever is started at the same moment as before could come by both, so never this process about itself.
 */
export function isSameProcess(pid: number, noted: NotedProcess, found: ProcessIdentity): boolean {
  if (noted.startedAt === found.startedAt) return true
  const ticks = BOOT_AND_TICKS.exec(noted.startedAt)?.[1]
  if (ticks === undefined || pid === process.pid) return false
  return ticks === BOOT_AND_TICKS.exec(found.startedAt)?.[1] && noted.command === found.command
}

/** Whether the number is taken, by whomever. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: alive, but another account's
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function findOnLinux(pid: number): Promise<ProcessIdentity | undefined> {
  // It may end between the look and the read.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name in brackets may hold blanks and brackets itself; fields count from its last bracket (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  if (!startTicks || state === 'Z' || state === 'X') return undefined
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim()
  const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim()
  return { startedAt: `${boot}:${startTicks}`, command }
}

async function findByPs(pid: number): Promise<ProcessIdentity | undefined> {
  const found = await run('ps', ['-o', 'stat=,lstart=,command=', '-p', String(pid)], { env: { LC_ALL: 'C' } }).catch(
    // ps fails when the process has just ended
    () => ({ stdout: '' }),
  )
  const [, state, startedAt, command] =
    /^(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/m.exec(found.stdout.trim()) ?? []
  if (!startedAt || state?.startsWith('Z')) return undefined
  return { startedAt: startedAt.replaceAll(/\s+/g, ' '), command: command ?? '' }
}

async function findOnWindows(pid: number): Promise<ProcessIdentity | undefined> {
  const script = `$p = Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}'; if ($p) { $p.CreationDate.ToFileTimeUtc(); $p.CommandLine }`
  // The process may have ended meanwhile.
  const found = await run('powershell', ['-NoProfile', '-Command', script]).catch(() => ({ stdout: '' }))
  const [startedAt, ...command] = found.stdout.trim().split(/\r?\n/)
  return startedAt ? { startedAt, command: command.join(' ') } : undefined
}
