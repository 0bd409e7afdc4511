import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Option, type Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import { readConfig } from '#platform/config/config.ts'
import { describeSettings } from '#platform/config/describe-settings.ts'
import { serviceEnvironment } from '#platform/config/service-environment.ts'
import { readMachine, settingLines, type Machine } from '#platform/config/supervisor.ts'
import { becomeCommand } from '#platform/supervision/become-command.ts'
import {
  describeService,
  STATE_FOLDER,
  type Scope,
  type ServiceDescription,
} from '#platform/supervision/description.ts'
import type { Keeper, ServiceState } from '#platform/supervision/keeper.ts'
import { readIfThere } from '#platform/supervision/read-if-there.ts'
import { requireReachOf } from '#platform/supervision/require-reach.ts'
import {
  assertMayInstall,
  assertNotOfMachine,
  chooseKeeper,
  installService,
  planInstall,
  uninstallService,
} from '#platform/supervision/service-of-machine.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { EXIT } from './exit-code.ts'
import { tellSettings } from './tell-settings.ts'

interface ScopeOptions {
  readonly system?: boolean
  readonly user?: boolean
}

/** `sophia service install|status|uninstall|run`: this machine keeps Sophia running. */
export function addServiceCommand(program: Command): void {
  const command = program.command('service').description('have this machine keep Sophia running')
  withScope(command.command('install'))
    .description('write unit, agent or task for this clone and home, and start it')
    .option('--dry-run', 'print what would be written and run')
    .action((options: ScopeOptions & { readonly dryRun?: boolean }) => install(options))
  withScope(command.command('status'))
    .description('how it stands, by what the machine itself says; exit code 0 only when it runs')
    .option('--json', 'print JSON')
    .action(async (options: ScopeOptions & { readonly json?: boolean }) => {
      const { keeper, service } = openService(options)
      const state = await keeper.state(service)
      console.log(options.json ? JSON.stringify(state) : stateLine(keeper, state))
      if (state.state !== 'running') process.exitCode = EXIT.unavailable
    })
  withScope(command.command('uninstall'))
    .description('stop it and remove what install wrote; settings and home stay')
    .action(async (options: ScopeOptions) => {
      const { keeper, service } = openService(options)
      const removed = await uninstallService(keeper, service)
      if (removed.length === 0) return console.log('There is nothing that sophia service install wrote.')
      console.log([...removed.map((path) => `Removed ${path}`), staysLine(service)].join('\n'))
    })
  addRun(command)
}

/** Whatever follows are the words of another command, with options of its own. */
function addRun(command: Command): void {
  command.enablePositionalOptions()
  withScope(command.command('run'))
    .description('run another command with the home, settings and account of the installed service')
    .argument('<command...>', 'what follows sophia, such as: backup list')
    .passThroughOptions()
    .action(async (words: readonly string[], options: ScopeOptions) => {
      const { keeper, scope } = chooseScope(options)
      const installed = await keeper.installed({ scope })
      if (installed === null) throw new SophiaError('NOT_FOUND', { detail: notInstalled(scope) })
      const [program, ...before] = installed.command
      const environment = serviceEnvironment(installed)
      process.exitCode = await becomeCommand({
        command: [program, ...before, ...words],
        environment,
        account: installed.account,
        needs: installed.command.filter((word) => isAbsolute(word)),
      })
    })
}

function notInstalled(scope: Scope): string {
  const other =
    scope === 'user' ? 'that of the whole machine is asked for as root (sudo)' : 'that of an account with --user'
  return `No service of ${scope === 'user' ? 'this account' : 'the whole machine'} is installed here; ${other}.`
}

function withScope(command: Command): Command {
  return command
    .addOption(new Option('--system', 'of the whole machine; what root gets without saying').conflicts('user'))
    .option('--user', 'of this account, from its sign-in on')
}

function chooseScope(options: ScopeOptions): { machine: Machine; keeper: Keeper; scope: Scope } {
  const machine = readMachine()
  const isSystem = options.system ?? (!options.user && machine.isRoot && machine.platform === 'linux')
  const scope: Scope = isSystem ? 'system' : 'user'
  return { machine, keeper: chooseKeeper(machine, scope), scope }
}

function openService(options: ScopeOptions): { machine: Machine; keeper: Keeper; service: ServiceDescription } {
  const { keeper, machine, scope } = chooseScope(options)
  const home = readConfig().home
  const isNamed = describeSettings().some(({ name, isSet }) => name === 'SOPHIA_HOME' && isSet)
  const service = describeService({
    scope,
    node: process.execPath,
    root: PACKAGE_ROOT,
    home: scope === 'system' && !isNamed ? join(STATE_FOLDER, 'sophia') : home,
  })
  return { machine, keeper, service }
}

async function install(options: ScopeOptions & { readonly dryRun?: boolean }): Promise<void> {
  const { keeper, machine, service } = openService(options)
  if (service.scope === 'user' && !options.user && machine.platform === 'linux')
    await assertNotOfMachine(keeper, service)
  if (options.dryRun) {
    const { commands, files } = planInstall(keeper, service)
    for (const { path, text } of files) console.log(`--- ${path}\n${text}`)
    return console.log(`--- then\n${commands.join('\n')}`)
  }
  await requireInstallable(keeper, machine, service)
  const { environmentFile: file } = service
  const [lines, before] = [settingLines(), await readIfThere(file)]
  const state = await installService(keeper, service, { settings: lines })
  const settings = tellSettings({ file, lines, before, isBySudo: machine.isBySudo })
  console.log(`${settings}\n${stateLine(keeper, state)}`)
  if (state.state === 'starting')
    console.log(
      'Her start goes on, as it does while she works on her database. To see how it stands: sophia service status',
    )
  if (keeper.name === 'systemd' && service.scope === 'user')
    console.log('To have it run while nobody is signed in to this account: loginctl enable-linger')
}

/** Throws for all that would be in the way, before anything is written. */
async function requireInstallable(keeper: Keeper, machine: Machine, service: ServiceDescription): Promise<void> {
  if (service.scope === 'system' && !machine.isRoot)
    throw new SophiaError('NOT_PERMITTED', {
      detail: 'A service of the whole machine is installed by root. Run this with sudo, or leave --system away.',
    })
  // A group of the same name comes with the account.
  if (service.account !== null)
    requireReachOf({ user: service.account, group: service.account }, [service.node, ...service.words.slice(0, 1)])
  await assertMayInstall(keeper, service)
  if (!existsSync(join(PACKAGE_ROOT, 'web/dist/index.html')))
    throw new SophiaError('CONFLICT', {
      detail: 'The web app is not built, and a service builds nothing. Run first: npm run build:web',
    })
}

const WORDS: Readonly<Record<ServiceState['state'], string>> = {
  running: 'running',
  starting: 'starting',
  stopping: 'stopping',
  stopped: 'stopped',
  failed: 'failed',
  not_installed: 'not installed',
  unknown: 'cannot tell',
}

function stateLine({ name }: Keeper, { detail, pid, restarts, state }: ServiceState): string {
  const facts = [detail, ...(pid === null ? [] : [`process ${pid}`]), ...(restarts ? [`${restarts} restarts`] : [])]
  return `${WORDS[state]} (by ${name}): ${facts.join(', ')}`
}

function staysLine({ account, environmentFile, home }: ServiceDescription): string {
  const files = existsSync(environmentFile) ? [environmentFile] : []
  const stays = [home, ...files, ...(account === null ? [] : [`the account ${account}`])]
  return `Left where they are: ${stays.join(', ')}`
}
