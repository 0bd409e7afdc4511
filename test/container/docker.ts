import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requireProgram } from '../support/find-program.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const MOST_OUTPUT = 64 * 1024 * 1024

/** A daemon and the program that speaks with it. */
export interface Docker {
  /** Answers what it printed. Rejects with what it said when it ends badly. */
  docker(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>
  /** Compose by this program, or else the one that the machine has. */
  composeBy(program?: string): Promise<Compose>
  close(): Promise<void>
}

/** Compose on the file in a folder; answers and rejects alike. */
export type Compose = (folder: string, args: readonly string[]) => Promise<string>

/** The daemon of this machine where there is one; otherwise, as root, one of our own that leaves nothing behind. */
export async function openDocker(folder: string): Promise<Docker> {
  // A newer client in another place may be without a builder.
  const program = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : requireProgram('docker')
  const own = (await answers(program, {})) ? null : await startDaemon(folder, program)
  const place: Record<string, string> = own ? { DOCKER_HOST: own.host } : {}
  const docker: Docker['docker'] = (args, environment = {}) => say(program, args, { ...place, ...environment })
  const ownCompose = async (): Promise<readonly string[]> => {
    const isSecond = await docker(['compose', 'version']).then(
      () => true,
      () => false,
    )
    return isSecond ? [program, 'compose'] : [requireProgram('docker-compose')]
  }
  return {
    docker,
    async composeBy(named) {
      const [command = '', ...before] = named === undefined ? await ownCompose() : [named]
      return (where, args) =>
        say(command, [...before, '--project-directory', where, '-f', join(where, 'compose.yaml'), ...args], place)
    },
    close: async () => own?.stop(),
  }
}

async function say(program: string, args: readonly string[], environment: Record<string, string>): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: '1', ...environment }
  try {
    const { stdout } = await run(program, [...args], { env, maxBuffer: MOST_OUTPUT })
    return stdout
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-4000) : String(error)
    throw new Error(`${program} ${args.join(' ')}: ${said}`, { cause: error })
  }
}

function answers(program: string, environment: Record<string, string>): Promise<boolean> {
  return say(program, ['info'], environment).then(
    () => true,
    () => false,
  )
}

const FORWARDING = '/proc/sys/net/ipv4/ip_forward'

async function startDaemon(folder: string, program: string): Promise<{ host: string; stop(): Promise<void> }> {
  if (process.getuid?.() !== 0)
    throw new Error('No Docker answers, and only root can start one: start it, or run this as root.')
  const daemon = requireProgram('dockerd')
  // A table that nobody asked for yet is not saved, and what is not saved is not restored.
  for (const table of ['filter', 'nat']) await run('iptables', ['-t', table, '-L', '-n'])
  const rules = (await run('iptables-save')).stdout
  const forwarding = await readFile(FORWARDING, 'utf8')
  const host = `unix://${join(folder, 'docker.sock')}`
  const places = [
    '--data-root',
    join(folder, 'data'),
    '--exec-root',
    join(folder, 'exec'),
    '--pidfile',
    join(folder, 'pid'),
  ]
  const child = spawn(daemon, [...places, '--host', host], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    // It set up a bridge, rules and forwarding for the whole machine.
    await run('ip', ['link', 'delete', 'docker0']).catch(() => undefined)
    const restored = run('iptables-restore')
    restored.child.stdin?.end(rules)
    await restored
    await writeFile(FORWARDING, forwarding)
    await rm(folder, { recursive: true, force: true })
  }
  await until(() => answers(program, { DOCKER_HOST: host }), 'dockerd answers', 30_000)
  return { host, stop }
}
