import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Machine } from '#platform/config/supervisor.ts'
import { systemClock } from '../clock.ts'
import type { ServiceDescription } from './description.ts'
import type { Keeper, ServiceState, Step } from './keeper.ts'
import { createLaunchdKeeper } from './launchd-keeper.ts'
import { runStep, type StepEnd } from './run-step.ts'
import { assertOurs, findSealed, seal, writeSealed } from './sealed-file.ts'
import { createSystemdKeeper } from './systemd-keeper.ts'
import { createWindowsKeeper } from './windows-keeper.ts'

/** What an installation writes and runs, to be looked at before. */
export interface InstallPlan {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly commands: readonly string[]
}

/** The keeper of this kind of system. Throws INVALID_INPUT where there is none, or none for the whole machine. */
export function chooseKeeper(machine: Machine, scope: ServiceDescription['scope']): Keeper {
  if (machine.platform === 'linux') return createSystemdKeeper(machine)
  if (scope === 'system')
    throw new SophiaError('INVALID_INPUT', {
      detail:
        'Only systemd is spoken to about the whole machine; here she is a service of your account: leave --system away.',
    })
  if (machine.platform === 'darwin') return createLaunchdKeeper(machine)
  if (machine.platform === 'win32') return createWindowsKeeper(machine)
  throw new SophiaError('INVALID_INPUT', {
    detail: `Services are installed on Linux with systemd, macOS and Windows, not on ${machine.platform}. Run: npm start`,
  })
}

/** Tells what would be written and run; nothing is. */
export function planInstall(keeper: Keeper, service: ServiceDescription): InstallPlan {
  return {
    files: keeper.files(service).map((file) => ({ path: file.path, text: seal(file) })),
    commands: keeper.install(service).map(lineOf),
  }
}

function lineOf({ command, goneWithinSeconds }: Step): string {
  return `${command.join(' ')}${goneWithinSeconds === undefined ? '' : '  # again until it is gone'}`
}

/** Throws UNREACHABLE when nobody keeps services here, CONFLICT while one starts: what it does would be cut off and begin anew. */
export async function assertMayInstall(keeper: Keeper, service: ServiceDescription): Promise<void> {
  const { state, detail, pid } = await keeper.state(service)
  if (state === 'unknown')
    throw new SophiaError('UNREACHABLE', {
      detail: `${keeper.name} cannot be asked, so nothing was written: ${detail}`,
    })
  // Without a process it only waits for its next try.
  if (state !== 'starting' || pid === null) return
  throw new SophiaError('CONFLICT', {
    detail:
      `She is being started now (${detail}, process ${pid}), which would be cut off, as a migration of her database; nothing was written. ` +
      `Wait until sophia service status says that she runs. Or stop her first: ${keeper.stop(service).map(lineOf).join(' && ')}`,
  })
}

/**
 * Throws CONFLICT where systemd keeps this very clone for the whole machine: one of an account would be another service, with an empty home and
 * the same port.
 */
export async function assertNotOfMachine(keeper: Keeper, service: ServiceDescription): Promise<void> {
  // A unit that somebody else wrote, or that is closed to this account, says nothing of this clone.
  const installed = await keeper.installed({ scope: 'system' }).catch(() => null)
  if (!installed?.command.includes(service.words[0] ?? '')) return
  throw new SophiaError('CONFLICT', {
    detail:
      'This clone is a service of the whole machine already, and this would make another one, of your account; nothing was written. ' +
      'For the one of the machine run: sudo npx sophia service install. For one of your account besides: npx sophia service install --user',
  })
}

interface Installation {
  /** `NAME='value'` lines for the environment file, unless there is one; none where empty. */
  readonly settings: string
  readonly clock?: Clock
}

/**
 * Writes the files, has the machine heed them, and answers how it stands then: a start that takes long goes on. Throws CONFLICT, with nothing
 * written, for a file that is not ours, and UNREACHABLE for a step that failed.
 */
export async function installService(
  keeper: Keeper,
  service: ServiceDescription,
  { settings, clock = systemClock }: Installation,
): Promise<ServiceState> {
  const files = keeper.files(service)
  for (const { path } of files) assertOurs(path, await findSealed(path))
  // systemd makes the home of a system unit, and gives it to the account.
  if (service.account === null) await makePrivate(service.home)
  await writeSettings(service.environmentFile, settings)
  for (const file of files) await writeSealed(file)
  const end = await runAll(keeper.install(service), clock)
  const state = await keeper.state(service)
  if (end === 'done' || GOES_ON.has(state.state)) return state
  throw new SophiaError('UNREACHABLE', {
    detail: `${keeper.name} was waited for long enough, and the service does not start: ${state.detail}`,
  })
}

const GOES_ON: ReadonlySet<ServiceState['state']> = new Set(['running', 'starting'])

/** Stops the service and removes what was written for it; settings, home and account stay. Answers the paths removed. */
export async function uninstallService(keeper: Keeper, service: ServiceDescription): Promise<readonly string[]> {
  const found = await Promise.all(
    keeper.files(service).map(async ({ path }) => ({ path, found: await findSealed(path) })),
  )
  for (const one of found) assertOurs(one.path, one.found)
  const ours = found.filter((one) => one.found === 'ours').map(({ path }) => path)
  if (ours.length === 0) return []
  await runAll(keeper.stop(service))
  await Promise.all(ours.map((path) => rm(path, { force: true })))
  await runAll(keeper.forget(service))
  return ours
}

/** Answers how the last one ended. */
async function runAll(steps: readonly Step[], clock: Clock = systemClock): Promise<StepEnd> {
  let end: StepEnd = 'done'
  // Each builds on the one before.
  // oxlint-disable-next-line no-await-in-loop
  for (const step of steps) end = await runStep(step, clock)
  return end
}

async function makePrivate(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (made !== undefined) await chmod(folder, 0o700)
}

/** A file that is there holds what somebody set: it stays. An empty one would keep those out that come later. */
async function writeSettings(path: string, text: string): Promise<void> {
  if (text === '') return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
