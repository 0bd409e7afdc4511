import { join } from 'node:path'
import type { Machine } from '#platform/config/supervisor.ts'
import { LAUNCHD_LABEL, type ServiceDescription } from './description.ts'
import { unescapeXml } from './escape-xml.ts'
import { runByNode, type Installed } from './installed.ts'
import { unknownState, type Keeper, type ServiceState, type Step } from './keeper.ts'
import { readIfThere } from './read-if-there.ts'
import { renderLaunchAgent } from './render-launchd.ts'
import { ask } from './run-step.ts'

/** launchd kills at the end of the agent's time to stop, and takes some seconds to forget it. */
const FORGET_SECONDS = 15

/** macOS: a LaunchAgent of the account. */
export function createLaunchdKeeper({ uid, userHome }: Pick<Machine, 'uid' | 'userHome'>): Keeper {
  const path = join(userHome, 'Library/LaunchAgents', `${LAUNCHD_LABEL}.plist`)
  const target = `gui/${uid}/${LAUNCHD_LABEL}`
  // bootout answers while the process still stops; until it is gone the label is taken, and a bootstrap fails.
  const stop = ({ limits }: Pick<ServiceDescription, 'limits'>): readonly Step[] => [
    { command: ['launchctl', 'bootout', target], mayFail: true },
    { command: ['launchctl', 'print', target], goneWithinSeconds: limits.stopSeconds + FORGET_SECONDS },
  ]
  return {
    name: 'launchd',
    files: (service) => [{ path, text: renderLaunchAgent(service), comment: 'xml', mode: 0o644 }],
    install: (service) => [...stop(service), { command: ['launchctl', 'bootstrap', `gui/${uid}`, path] }],
    stop,
    forget: () => [],
    async state() {
      const said = await ask(['launchctl', 'print', target])
      if (said.isGood) return readPrinted(said.out)
      if (/could not find service/i.test(said.reason))
        return { ...unknownState('launchd knows no such agent.'), state: 'not_installed' }
      return unknownState(said.reason)
    },
    async installed() {
      const text = await readIfThere(path)
      return text === null ? null : readAgent(text, path)
    },
  }
}

/** What an agent of ours says. */
export function readAgent(text: string, file: string): Installed {
  const within = (key: string, tag: string): string =>
    new RegExp(`<key>${key}</key>\\s*<${tag}>([^]*?)</${tag}>`).exec(text)?.[1] ?? ''
  const stringsOf = (part: string): string[] =>
    [...part.matchAll(/<string>([^<]*)<\/string>/g)].map(([, value = '']) => unescapeXml(value))
  const variables = within('EnvironmentVariables', 'dict').matchAll(/<key>([^<]*)<\/key>\s*<string>([^<]*)<\/string>/g)
  const environment = [...variables].map(([, name = '', value = '']) => [unescapeXml(name), unescapeXml(value)])
  return runByNode(stringsOf(within('ProgramArguments', 'array')), Object.fromEntries(environment), file)
}

/** What `launchctl print` says of one agent. */
export function readPrinted(text: string): ServiceState {
  const valueOf = (name: string): string => new RegExp(`^\\s*${name} = (.+)$`, 'm').exec(text)?.[1]?.trim() ?? ''
  const [state, pid, lastExit] = [valueOf('state'), Number(valueOf('pid')), valueOf('last exit code')]
  return {
    state: stateOf(state, lastExit),
    detail: [state, lastExit === '' ? '' : `last exit code: ${lastExit}`].filter((part) => part !== '').join(', '),
    pid: pid > 0 ? pid : null,
    restarts: null,
  }
}

function stateOf(state: string, lastExit: string): ServiceState['state'] {
  if (state === 'running') return 'running'
  // SIGTERMed: it was told to stop, and has not yet.
  if (state.startsWith('SIG')) return 'stopping'
  if (/^[1-9]/.test(lastExit)) return 'failed'
  return state === '' ? 'unknown' : 'stopped'
}
