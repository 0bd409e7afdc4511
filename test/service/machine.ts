import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, symlinkSync } from 'node:fs'
import { cp, realpath, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram, requireProgram } from '../support/find-program.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/service')
const NAME = 'sophia-service-check'
const PACKAGES = 'systemd,systemd-sysv,dbus,libpam-systemd'
/** Where the clone lies in the machine; what is written there lies beside, and never in the clone. */
export const CLONE = '/opt/sophia'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const BOOT_LIMIT_MS = 120_000
const OFF_LIMIT_MS = 90_000
const MOST_OUTPUT = 64 * 1024 * 1024

/** How a command in the machine ended. */
export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A machine of Debian 12 whose first process is systemd; nobody but loopback is on its network. */
export interface Machine {
  /** Runs a command in the clone, by root, and answers how it ended. */
  run(words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Said>
  /** What it printed; rejects when it ends badly. */
  say(...words: string[]): Promise<string>
  /** Powers off and boots again. */
  restart(): Promise<void>
  /** Powers off, however it stands, and leaves nothing behind. */
  close(): Promise<void>
}

/** Throws with all that is missing and how to get it. */
export function assertPossible(): void {
  const needs = { 'systemd-nspawn': 'systemd-container', mmdebstrap: 'mmdebstrap', nsenter: 'util-linux', tar: 'tar' }
  const missing = Object.entries(needs).filter(([program]) => findProgram([program]) === undefined)
  const why = [
    ...(process.platform === 'linux' ? [] : ['It boots a Linux in a container, so it needs Linux.']),
    ...(process.getuid?.() === 0 ? [] : ['Only root can boot a container: run it as root.']),
    ...(missing.length === 0
      ? []
      : [
          `There is no ${missing.map(([program]) => program).join(', no ')} on this machine. On Debian or Ubuntu: apt-get install ${missing.map(([, from]) => from).join(' ')}`,
        ]),
  ]
  if (why.length > 0) throw new Error(why.join('\n'))
}

/** Makes a machine in a folder of its own and boots it. */
export async function openMachine(tell: (what: string) => void): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-service-'))
  const groups = groupsOfMachines()
  const clear = (): void => {
    rmSync(folder, { recursive: true, force: true })
    rmSync(`/run/systemd/nspawn/propagate/${NAME}`, { recursive: true, force: true })
    for (const group of groupsOfMachines()) if (!groups.includes(group)) rmdirSync(group)
  }
  try {
    const [root, over] = [join(folder, 'root'), join(folder, 'over')]
    for (const path of [root, over]) mkdirSync(path)
    await run('tar', ['-xf', await requireDebian(tell), '--numeric-owner', '-C', root])
    await furnish(root)
    const start = (): Promise<Booted> => boot(root, over)
    return createMachine(await start(), start, clear)
  } catch (error) {
    clear()
    throw error
  }
}

function createMachine(first: Booted, start: () => Promise<Booted>, clear: () => void): Machine {
  let booted = first
  const enter: Machine['run'] = (words, environment = {}) => inside(booted.init, words, environment)
  const off = async (): Promise<void> => {
    await enter(['systemctl', 'poweroff'])
    const limit = setTimeout(() => booted.child.kill('SIGKILL'), OFF_LIMIT_MS)
    await booted.ended
    clearTimeout(limit)
  }
  return {
    run: enter,
    say: async (...words) => {
      const { code, out, err } = await enter(words)
      if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${out}${err}`)
      return out
    },
    restart: async () => {
      await off()
      booted = await start()
    },
    close: async () => {
      await off()
      clear()
    },
  }
}

/** The archive of a Debian with systemd, made once. */
async function requireDebian(tell: (what: string) => void): Promise<string> {
  const archive = join(CACHE, `debian-12-${PACKAGES.replaceAll(',', '-')}.tar`)
  if (existsSync(archive)) return archive
  tell('Making a Debian with systemd, once: a minute or two ...')
  mkdirSync(dirname(archive), { recursive: true })
  const partial = `${archive}.partial.tar`
  await run(requireProgram('mmdebstrap'), [
    '--quiet',
    '--variant=minbase',
    `--include=${PACKAGES}`,
    'bookworm',
    partial,
  ])
  await rename(partial, archive)
  return archive
}

/** What an operator has installed before: Node with npm. Nobody is there to answer the questions of a first boot. */
async function furnish(root: string): Promise<void> {
  await cp(process.execPath, join(root, 'usr/local/bin/node'))
  const npm = dirname(dirname(await realpath(requireProgram('npm'))))
  await cp(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true })
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name))
  symlinkSync('/dev/null', join(root, 'etc/systemd/system/systemd-firstboot.service'))
  mkdirSync(join(root, CLONE), { recursive: true })
}

interface Booted {
  readonly child: ChildProcess
  /** The machine's first process, by its number out here. */
  readonly init: number
  readonly ended: Promise<unknown>
}

async function boot(root: string, over: string): Promise<Booted> {
  // Where systemd does not run out here there is nobody to ask for a unit.
  const alone = existsSync('/run/systemd/system') ? [] : ['--keep-unit']
  const place = ['--directory', root, `--machine=${NAME}`, `--overlay=${ROOT}:${over}:${CLONE}`]
  const how = ['--quiet', '--boot', '--register=no', '--private-network', '--console=pipe', ...alone]
  const child = spawn(requireProgram('systemd-nspawn'), [...how, ...place], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (words: Buffer) => (said += words.toString()))
  let isOver = false
  const ended = new Promise((resolve) => child.once('close', resolve)).then(() => (isOver = true))
  const children = `/proc/${child.pid}/task/${child.pid}/children`
  let init = 0
  const isUp = async (): Promise<boolean> => {
    if (isOver) throw new Error(`The machine did not boot: ${said}`)
    init = Number(readFileSync(children, 'utf8').trim().split(' ')[0])
    if (!init) return false
    const { out } = await inside(init, ['systemctl', 'is-system-running'], {})
    return /^(running|degraded)/.test(out)
  }
  try {
    await until(isUp, 'the machine is up', BOOT_LIMIT_MS)
  } catch (error) {
    child.kill('SIGKILL')
    await ended
    throw error
  }
  return { child, init, ended }
}

function inside(init: number, words: readonly string[], environment: Readonly<Record<string, string>>): Promise<Said> {
  const given = Object.entries({ PATH, HOME: '/root', ...environment }).map(([name, value]) => `${name}=${value}`)
  const spaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup']
  const there = ['env', '-i', ...given, 'sh', '-c', `cd ${CLONE} && exec "$@"`, 'sh', ...words]
  return new Promise((resolve) =>
    execFile(
      requireProgram('nsenter'),
      ['--target', String(init), ...spaces, '--', ...there],
      { maxBuffer: MOST_OUTPUT },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    ),
  )
}

/** Groups of processes that a machine makes and nobody removes where systemd does not run; the deepest first. */
function groupsOfMachines(): string[] {
  const tops = ['', 'systemd', 'unified'].flatMap((tree) =>
    ['payload', 'supervisor'].map((name) => join('/sys/fs/cgroup', tree, name)),
  )
  const all = tops.filter((path) => existsSync(path)).flatMap((top) => [top, ...foldersBelow(top)])
  return all.toSorted((a, b) => b.length - a.length)
}

function foldersBelow(top: string): string[] {
  const entries = readdirSync(top, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
}
