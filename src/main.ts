import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { isTerminal, readConfig, type Config } from '#platform/config/config.ts'
import { findHomeOwner } from '#platform/home-lock.ts'
import { createLog, type Log } from '#platform/log/log.ts'
import { VERSION } from '#platform/version.ts'
import { addBackupCommand } from './cli/backup-command.ts'
import { addCacheCommand } from './cli/cache-command.ts'
import { addCalendarCommand } from './cli/calendar-command.ts'
import { addChatCommand } from './cli/chat-command.ts'
import { addConfigCommand } from './cli/config-command.ts'
import { EXIT, exitCodeOf } from './cli/exit-code.ts'
import { addImportCommand } from './cli/import-command.ts'
import { addKeysCommand } from './cli/keys-command.ts'
import { addMcpCommand } from './cli/mcp-command.ts'
import { openOwnHub, openRunningHub } from './cli/mcp-door.ts'
import { addMembersCommand } from './cli/members-command.ts'
import { addPersonasCommand } from './cli/personas-command.ts'
import { openRunning } from './cli/running-house.ts'
import { addSampleCommand } from './cli/sample-command.ts'
import { addUpCommand } from './cli/up-command.ts'
import { listenForStop } from './cli/listen-for-stop.ts'
import { openHouse, type House } from './compose.ts'
import { openRooms, type Rooms } from './wiring/open-rooms.ts'
import { wireCalendar } from './wiring/wire-parts.ts'

/** The process: arguments, signals, exit codes. */

async function runServer(doors: readonly string[]): Promise<void> {
  const config = readConfig()
  const log = createLog({ level: config.log.level, isForPeople: isTerminal() })
  // One request's mistake must not end the others' work: it is logged, and the process goes on.
  process.on('unhandledRejection', (error) => log.error({ error }, 'unhandled rejection'))
  let house: House | undefined
  const stop = listenForStop({ log, onForce: () => house?.rooms.storage.engine?.abandon() })
  try {
    house = await openHouse(config, log, { doors, signal: stop.signal })
    log.info({ url: house.publicUrl, version: VERSION }, 'Sophia is up')
    await tellWhereToGo(house, config)
    await stop.asked
  } catch (error) {
    if (!stop.signal.aborted) throw error
    if (error !== stop.signal.reason) log.warn({ error }, 'the start had failed when it was stopped')
  } finally {
    await house?.close()
  }
  log.info('stopped')
  process.exit(EXIT.ok)
}

/** The sign-in link goes to the terminal, or else to a file only its owner reads: never to a log. */
async function tellWhereToGo({ rooms, publicUrl }: House, config: Config): Promise<void> {
  const { link } = await rooms.access.createStartLink()
  if (isTerminal()) {
    process.stdout.write(
      `\n  Sophia is up at ${publicUrl}\n  Sign in (once, within a day): ${link}\n\n  Ctrl-C stops everything.\n\n`,
    )
    return
  }
  const file = join(config.home, 'sign-in-link')
  await writeFile(file, `${link}\n`, { mode: 0o600 })
  process.stdout.write(`Sophia is up at ${publicUrl}\nThe one-time sign-in link is in ${file}\n`)
}

/** What a command of this machine works with: beside a running server, or alone while it lasts. */
async function openForCommand(): Promise<
  Rooms & {
    principal: Awaited<ReturnType<Rooms['access']['localPrincipal']>>
    isAlone: boolean
    log: Log
    config: Config
  }
> {
  const config = readConfig()
  const log = createLog({
    level: config.log.level === 'info' ? 'warn' : config.log.level,
    isForPeople: process.stderr.isTTY,
  })
  const owner = await findHomeOwner(config.home)
  const publicUrl = config.http.publicUrl ?? owner?.address ?? `http://${config.http.host}:${config.http.port}`
  const rooms = await openRooms({ config, log, purpose: 'command', publicUrl })
  return { ...rooms, principal: await rooms.access.localPrincipal(), isAlone: owner === undefined, log, config }
}

/** Chat answers by itself when no server is there to do it. */
async function openForChat() {
  const rooms = await openForCommand()
  await rooms.personas.start()
  if (rooms.isAlone) await rooms.conversations.start()
  const close = async (): Promise<void> => {
    await rooms.conversations.drain(0)
    await rooms.close()
  }
  return { ...rooms, close }
}

async function openForBackup() {
  const rooms = await openForCommand()
  return { ...rooms, finishRestore: rooms.update }
}

async function openForPersonas() {
  const rooms = await openForCommand()
  await rooms.personas.start()
  return rooms
}

/** What is known of connections is in the memory of the server that runs; without one the command looks for itself. */
async function openForMcp() {
  const rooms = await openForCommand()
  const { access, config, isAlone, principal, publicUrl, tools } = rooms
  const address = nearAddress(config, publicUrl)
  try {
    const door = isAlone ? await openOwnHub(tools, principal) : await openRunningHub({ address, access, principal })
    const close = async (): Promise<void> => {
      await door.close().finally(rooms.close)
    }
    return { door, close }
  } catch (error) {
    await rooms.close()
    throw error
  }
}

/** The cache is in the memory of the server that runs; alone there is nothing to look at. */
async function openForCache() {
  const rooms = await openForCommand()
  try {
    if (rooms.isAlone)
      throw new SophiaError('UNREACHABLE', { detail: 'No Sophia runs on this home, so there is no cache.' })
    const address = nearAddress(rooms.config, rooms.publicUrl)
    const running = await openRunning({ ...rooms, address }, { name: 'sophia cache', actions: ['cache:manage'] })
    const close = async (): Promise<void> => {
      await running.close().finally(rooms.close)
    }
    return { ...running, close }
  } catch (error) {
    await rooms.close()
    throw error
  }
}

/** The public address may lead through a proxy; from this machine she is reached where she listens. */
function nearAddress({ http }: Config, publicUrl: string): string {
  const { host, port } = http
  const bound = http.publicUrl === null ? publicUrl : `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  // Listening everywhere, she answers to the name of this machine only.
  return bound.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:|$)/, '//127.0.0.1')
}

/** The calendar is a file: it is read without a database, whether or not a server runs. */
async function openCalendarOnly() {
  const config = readConfig()
  const calendar = wireCalendar(
    { config, log: createLog({ level: 'error', isForPeople: true }) },
    { servers: () => [], countOpenTurns: () => Promise.reject(new Error('No server is asked.')) },
  )
  await calendar.start()
  return { calendar, close: () => calendar.close() }
}

function createProgram(): Command {
  const program = new Command('sophia').description('AI colleagues for business teams').version(VERSION).exitOverride()
  addUpCommand(program, runServer)
  addChatCommand(program, openForChat)
  addImportCommand(program, openForCommand)
  addSampleCommand(program, openForCommand)
  addMembersCommand(program, openForCommand)
  addKeysCommand(program, openForCommand)
  addPersonasCommand(program, openForPersonas)
  addMcpCommand(program, openForMcp)
  addCalendarCommand(program, openCalendarOnly)
  addBackupCommand(program, openForBackup)
  addCacheCommand(program, openForCache)
  addConfigCommand(program)
  return program
}

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
    return
  }
  const known = toSophiaError(error)
  process.stderr.write(`${known.message}\n`)
  if (known.code === 'INTERNAL')
    process.stderr.write(`${known.cause instanceof Error ? known.cause.stack : String(known.cause)}\n`)
  process.exitCode = exitCodeOf(known.code)
}

/** A reader that has seen enough, such as `head`, is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
}

process.stdout.on('error', endQuietly)
process.stderr.on('error', endQuietly)
await createProgram().parseAsync().catch(fail)
