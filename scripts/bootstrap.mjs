/**
 * What has to work before anything is installed and on the oldest Node that npm still meets (20): plain JavaScript,
 * no dependencies. Installs from the lockfile, finds a Node that runs TypeScript, and hands over to it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, chmodSync, constants, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const MODULES = join(root, 'node_modules')
const LOCK = join(root, 'package-lock.json')
const MARKER = join(MODULES, '.sophia-lock')
const NEEDED_MAJOR = 24
/** sysexits: a needed thing is not there; the settings have a fault. */
const EXIT_UNAVAILABLE = 69
const EXIT_CONFIGURATION = 78

/** Ends the start with one sentence and no stack trace. */
function fail(sentence, code = EXIT_UNAVAILABLE) {
  process.stderr.write(`${sentence}\n`)
  process.exit(code)
}

/** Installs when node_modules is absent or was made from another lockfile. Install scripts stay off. */
export async function ensureInstalled() {
  const text = readFileSync(LOCK, 'utf8')
  const hash = createHash('sha256').update(text).digest('hex')
  if (readOr(MARKER, '') === hash) return
  const lock = JSON.parse(text)
  if (!isInstalled(lock)) await install(Object.keys(lock.packages).length - 1)
  if (!ownsModules()) return
  try {
    writeFileSync(MARKER, hash)
  } catch {
    // A read-only node_modules is fine; the next start only compares again.
  }
}

/**
 * Whether this account owns node_modules. What another one leaves there, as root does by sudo, the owner could not remove: their next `npm ci`
 * would end half way, with no packages.
 */
function ownsModules() {
  const uid = process.getuid?.()
  return uid === undefined || statSync(MODULES).uid === uid
}

/** Whether what npm says it installed is what the lockfile asks for. Optional packages of other systems may be missing. */
function isInstalled(lock) {
  const hidden = readOr(join(MODULES, '.package-lock.json'), '')
  if (!hidden) return false
  const { packages } = JSON.parse(hidden)
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || (wanted.optional && !packages[path])) return true
    const found = packages[path]
    return found?.version === wanted.version && found?.integrity === wanted.integrity && existsSync(join(root, path))
  })
}

async function install(count) {
  const startedAt = Date.now()
  process.stderr.write(`Installing up to ${count} packages from package-lock.json, once (needs the network) ...\n`)
  const npm = process.env.npm_execpath
  const args = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
  ]
  const isNpmScript = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm)
  const end = isNpmScript
    ? await runChild(process.execPath, [npm, ...args], { cwd: root })
    : // npm on Windows is a batch file, which only a shell can start
      await runChild('npm', args, { cwd: root, shell: process.platform === 'win32' })
  if (end.error) fail(`npm cannot be started: ${end.error.message}`)
  if (end.code !== 0)
    fail('The installation failed; see above. Check the network or the registry setting, then try again.')
  process.stderr.write(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`)
}

/** The path of a Node that is new enough: this one, or the one that came with the platform package. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return process.execPath
  const system = process.platform === 'win32' ? 'win' : process.platform
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  const found = [`node-${system}-${process.arch}`, `node-bin-${system}-${process.arch}`]
    .map((name) => join(MODULES, name, 'bin', program))
    .find((path) => existsSync(path) && canRun(path))
  if (found) return found
  return fail(
    `Sophia needs Node ${NEEDED_MAJOR} or newer. This is ${process.version}, and none came with the packages for ` +
      `${process.platform}-${process.arch}. Install Node ${NEEDED_MAJOR} from https://nodejs.org, then try again.`,
  )
}

function canRun(path) {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    try {
      chmodSync(path, 0o755)
    } catch {
      // not ours to change; the trial run below tells
    }
  }
  const trial = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return trial.status === 0 && Number(/^v(\d+)/.exec(trial.stdout)?.[1]) >= NEEDED_MAJOR
}

/** The environment of the program: its Node first on the path, and the owner's cache of compiled code for a quick next start. */
function programEnvironment(node) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`
  const cache = ownsModules() ? { NODE_COMPILE_CACHE: join(MODULES, '.cache', 'compile') } : {}
  return { ...cache, ...process.env, PATH: path }
}

/**
 * How Node runs the program. By itself V8 lets the space for what is new and soon gone grow to more than 100 MB while 1 000 files are
 * loaded, and keeps it; with 8 MB for each half the same work takes that much less memory.
 */
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8']

/**
 * The settings of this clone, `.env` beside this folder, for what somebody types here. Node leaves what the environment has already as it is.
 * Without those settings the program would work on something else: one that is there and cannot be read ends the start.
 */
function settingsFlags() {
  const file = join(root, '.env')
  try {
    // A folder of that name, such as one of Python's, is none of ours.
    if (!statSync(file).isFile()) return []
    accessSync(file, constants.R_OK)
  } catch (error) {
    if (error.code === 'ENOENT') return []
    return fail(
      `The settings in ${file} cannot be read by this account (${error.code}): permit it, or take the file away.`,
      EXIT_CONFIGURATION,
    )
  }
  return [`--env-file=${file}`]
}

/** Becomes the `sophia` command. What runs as a service does goes by the settings of the service alone. */
export async function becomeSophia(args, { isService = false } = {}) {
  const goesByService = isService || (args[0] === 'service' && args[1] === 'run')
  await handOver('src/main.ts', args, goesByService ? [] : settingsFlags())
}

/** Becomes the program. Never returns: this process is replaced where that can be done, else it waits and passes the end on. */
export async function handOver(script, args, flags = []) {
  const node = findNode()
  const command = [...NODE_FLAGS, ...flags, join(root, script), ...args]
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    // One process instead of two: every signal arrives exactly once.
    process.execve(node, [node, ...command], programEnvironment(node))
  }
  endLike(await runChild(node, command, { env: programEnvironment(node) }))
}

/** Runs a script under the program's Node and answers its exit code; a signal ends this process the same way. */
export async function runToEnd(script, args) {
  const node = findNode()
  const end = await runChild(node, [join(root, script), ...args], { env: programEnvironment(node) })
  if (end.signal || end.error) endLike(end)
  return end.code
}

/**
 * Runs a child on our own streams and passes signals on. On a terminal, Ctrl-C has already reached the whole group, the
 * child included, so it is not sent again; a child that ignores it is asked anew only by a SIGTERM.
 */
function runChild(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const isOnTerminal = Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [
      signal,
      () => {
        if (signal === 'SIGTERM' || !isOnTerminal) child.kill(signal)
      },
    ])
    for (const [signal, handler] of handlers) process.on(signal, handler)
    const finish = (end) => {
      for (const [signal, handler] of handlers) process.off(signal, handler)
      resolve(end)
    }
    child.once('error', (error) => finish({ code: 1, signal: null, error }))
    child.once('exit', (code, signal) => finish({ code, signal }))
  })
}

function endLike({ code, signal, error }) {
  if (error) fail(`Node cannot be started: ${error.message}`)
  // 128 + number is how a shell reports a death by signal
  process.exit(signal ? 128 + (osConstants.signals[signal] ?? 0) : (code ?? 1))
}

function readOr(path, fallback) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // absent is an answer here
    return fallback
  }
}
