import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { CalendarNow } from '#contract/calendar.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import type { Action } from '#domain/permission.ts'
import { isTerminal, nearAddress, ownAddress, readConfig, type Config } from '#platform/config/config.ts'
import { settingsSources, settleSettingsFiles } from '#platform/config/settings-file.ts'
import { takeSupervisor } from '#platform/config/supervisor.ts'
import { findHomeOwner } from '#platform/home-lock.ts'
import { createLog, type Log } from '#platform/log/log.ts'
import { createNotices } from '#platform/supervision/systemd-notices.ts'
import { VERSION } from '#platform/version.ts'
import { addAlertsCommand } from './cli/alerts-command.ts'
import { addBackupCommand } from './cli/backup-command.ts'
import type { OnUpdateProgress } from './cli/backup-progress.ts'
import { addCacheCommand } from './cli/cache-command.ts'
import { addCalendarCommand } from './cli/calendar-command.ts'
import { addChatCommand } from './cli/chat-command.ts'
import { addCompletionCommand } from './cli/completion-command.ts'
import { addConfigCommand } from './cli/config-command.ts'
import { addDoctorCommand } from './cli/doctor-command.ts'
import { EXIT, exitCodeOf } from './cli/exit-code.ts'
import { addDrillCommand } from './cli/drill-command.ts'
import { addImportCommand } from './cli/import-command.ts'
import { addJobsCommand } from './cli/jobs-command.ts'
import { addKeysCommand } from './cli/keys-command.ts'
import { addMcpCommand } from './cli/mcp-command.ts'
import { openOwnHub, openRunningHub } from './cli/mcp-door.ts'
import { addMembersCommand } from './cli/members-command.ts'
import { addMigrateCommand } from './cli/migrate-command.ts'
import { addPersonasCommand } from './cli/personas-command.ts'
import { openRunning } from './cli/running-house.ts'
import { rehearseOutside } from './cli/rehearse-outside.ts'
import { refuseForeignHomes } from './cli/refuse-foreign-home.ts'
import { addRollbackCommand } from './cli/rollback-command.ts'
import { addSampleCommand } from './cli/sample-command.ts'
import { addServiceCommand } from './cli/service-command.ts'
import { addUpCommand, whyNobodyAnswers } from './cli/up-command.ts'
import { listenForStop } from './cli/listen-for-stop.ts'
import { openHouse, type House } from './compose.ts'
import { openRollback } from './wiring/open-rollback.ts'
import { openMigrations } from './wiring/open-migrations.ts'
import { openRooms, type Rooms } from './wiring/open-rooms.ts'
import { wireDoctor } from './wiring/wire-doctor.ts'
import { wireCalendar } from './wiring/wire-parts.ts'

/** The process: arguments, signals, exit codes. */

async function runServer(doors: readonly string[]): Promise<void> {
  const config = readConfig()
  const log = createLog({ level: config.log.level, isForPeople: isTerminal() })
  // One request's mistake must not end the others' work: it is logged, and the process goes on.
  process.on('unhandledRejection', (error) => log.error({ error }, 'unhandled rejection'))
  for (const { names, path } of settingsSources()) log.info({ file: path, settings: names }, 'settings are from a file')
  const notices = createNotices(takeSupervisor(), log)
  let house: House | undefined
  const stop = listenForStop({ log, onForce: () => house?.rooms.storage.engine?.abandon() })
  try {
    const { patiently } = notices
    house = await openHouse(config, log, { doors, signal: stop.signal, patiently, isWatched: true })
    const silence = whyNobodyAnswers(doors, config)
    log.info({ ...(silence === null ? { url: house.publicUrl } : {}), version: VERSION }, 'Sophia is up')
    if (silence === null) await tellWhereToGo(house, config)
    else log.warn(silence)
    await notices.ready(silence ?? `Sophia is up at ${house.publicUrl}`)
    await stop.asked
    // Nobody waits for it: what counts now is to stop.
    void notices.stopping()
  } catch (error) {
    if (!stop.signal.aborted) throw error
    if (error !== stop.signal.reason) log.warn({ error }, 'the start had failed when it was stopped')
  } finally {
    await house?.close()
    notices.close()
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
async function openForCommand({ isRestore = false, config = readConfig() } = {}): Promise<
  Rooms & {
    principal: Awaited<ReturnType<Rooms['access']['localPrincipal']>>
    isAlone: boolean
    log: Log
    config: Config
  }
> {
  const log = createLog({
    level: config.log.level === 'info' ? 'warn' : config.log.level,
    isForPeople: process.stderr.isTTY,
  })
  const owner = await findHomeOwner(config.home)
  const publicUrl = config.http.publicUrl ?? owner?.address ?? ownAddress(config.http, config.http.port)
  // Beside a server of this home nothing is restored, and the command says so.
  const isAlone = isRestore && owner === undefined
  const rooms = await openRooms({ config, log, purpose: 'command', publicUrl, isAlone })
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

async function openForMigrate() {
  const config = readConfig()
  return openMigrations({ config, log: createLog({ level: config.log.level, isForPeople: process.stderr.isTTY }) })
}

async function openForBackup(purpose: { readonly isRestore: boolean }) {
  const rooms = await openForCommand(purpose)
  const finishRestore = async (onProgress: OnUpdateProgress): Promise<void> => {
    await rooms.update({ onProgress })
  }
  return { ...rooms, finishRestore }
}

/** Root may rehearse for the home of another, and leaves nothing there. */
async function openForDrill() {
  const { config, leave } = await rehearseOutside()
  try {
    const rooms = await openForCommand({ config })
    return { ...rooms, close: () => rooms.close().finally(leave) }
  } catch (error) {
    await leave()
    throw error
  }
}

/** No room is opened: that would bring the schema up to date first. */
async function openForRollback() {
  const config = readConfig()
  return openRollback(config, createLog({ level: 'warn', isForPeople: process.stderr.isTTY }))
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
  const near = runningAddress(config, publicUrl)
  try {
    const door = isAlone ? await openOwnHub(tools, principal) : await openRunningHub({ ...near, access, principal })
    const close = async (): Promise<void> => {
      await door.close().finally(rooms.close)
    }
    return { door, close }
  } catch (error) {
    await rooms.close()
    throw error
  }
}

/** For what only the server that runs knows, such as what is in her memory; alone there is nothing to look at. */
async function openBeside(wanted: { name: string; actions: readonly Action[]; without: string }) {
  const rooms = await openForCommand()
  try {
    if (rooms.isAlone)
      throw new SophiaError('UNREACHABLE', { detail: `No Sophia runs on this home, so ${wanted.without}.` })
    const near = runningAddress(rooms.config, rooms.publicUrl)
    const running = await openRunning({ ...rooms, ...near }, wanted)
    const close = async (): Promise<void> => {
      await running.close().finally(rooms.close)
    }
    return { ...running, close }
  } catch (error) {
    await rooms.close()
    throw error
  }
}

/** The public address may lead through a proxy; from this machine she is reached where she listens, and known by her own certificate. */
function runningAddress({ http }: Config, publicUrl: string): { address: string; certificate: string | null } {
  const certificate = http.tls?.chain.pem.reveal() ?? null
  // Without a public address she told the port that she found free.
  const port = http.publicUrl === null ? Number(new URL(publicUrl).port || http.port) : http.port
  return { address: nearAddress(http, port), certificate }
}

/** The calendar is a file: it is read without a database, whether or not a server runs. */
async function openCalendarOnly() {
  const config = readConfig()
  const calendar = wireCalendar(
    { config, log: createLog({ level: 'error', isForPeople: true }) },
    { servers: () => [], countOpenTurns: () => Promise.reject(new Error('No server is asked.')) },
  )
  await calendar.start()
  // A command has no later look: what it says is by events of at most an hour ago, if they can be had.
  await calendar.settle()
  return { calendar, tellDay: () => tellDay(config), close: () => calendar.close() }
}

/** What the colleagues are told of the day with its figures, by the server that runs; null without one. */
async function tellDay({ home }: Config): Promise<readonly string[] | null> {
  if ((await findHomeOwner(home)) === undefined) return null
  const without = 'no figure is counted'
  const { ask, close } = await openBeside({ name: 'sophia calendar', actions: ['calendar:read'], without })
  try {
    return (await ask(CalendarNow, 'GET /api/calendar')).context
  } finally {
    await close()
  }
}

function createProgram(): Command {
  const program = new Command('sophia').description('AI colleagues for business teams').version(VERSION).exitOverride()
  refuseForeignHomes(program)
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
  addRollbackCommand(program, openForRollback)
  addMigrateCommand(program, openForMigrate)
  addJobsCommand(program, openForCommand)
  addDrillCommand(program, openForDrill)
  addCacheCommand(program, () =>
    openBeside({ name: 'sophia cache', actions: ['cache:manage'], without: 'there is no cache' }),
  )
  addAlertsCommand(program, () =>
    openBeside({ name: 'sophia alerts', actions: ['watch:read', 'watch:manage'], without: 'nobody judges alerts' }),
  )
  addConfigCommand(program)
  addDoctorCommand(program, () => wireDoctor(runningAddress))
  addServiceCommand(program)
  addCompletionCommand(program)
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
  // A terminal that was closed: SIGHUP says so, and what it ends must not be cut off by words that nobody reads.
  if (error.code === 'EIO') return
  throw error
}

process.stdout.on('error', endQuietly)
process.stderr.on('error', endQuietly)
settleSettingsFiles()
await createProgram().parseAsync().catch(fail)
