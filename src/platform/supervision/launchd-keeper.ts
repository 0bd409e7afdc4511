import { join } from 'node:path'
import type { Machine } from '#platform/config/supervisor.ts'
import { LAUNCHD_LABEL } from './description.ts'
import { unescapeXml } from './escape-xml.ts'
import { runByNode, type Installed } from './installed.ts'
import { unknownState, type Keeper, type ServiceState } from './keeper.ts'
import { readIfThere } from './read-if-there.ts'
import { renderLaunchAgent } from './render-launchd.ts'
import { ask } from './run-step.ts'

/** macOS: a LaunchAgent of the account. */
export function createLaunchdKeeper({ uid, userHome }: Pick<Machine, 'uid' | 'userHome'>): Keeper {
  const path = join(userHome, 'Library/LaunchAgents', `${LAUNCHD_LABEL}.plist`)
  const target = `gui/${uid}/${LAUNCHD_LABEL}`
  return {
    name: 'launchd',
    files: (service) => [{ path, text: renderLaunchAgent(service), comment: 'xml', mode: 0o644 }],
    install: () => [
      { command: ['launchctl', 'bootout', target], mayFail: true },
      { command: ['launchctl', 'bootstrap', `gui/${uid}`, path] },
    ],
    stop: () => [{ command: ['launchctl', 'bootout', target], mayFail: true }],
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
  const isFailed = state !== 'running' && /^[1-9]/.test(lastExit)
  return {
    state: state === 'running' ? 'running' : isFailed ? 'failed' : state === '' ? 'unknown' : 'stopped',
    detail: [state, lastExit === '' ? '' : `last exit code: ${lastExit}`].filter((part) => part !== '').join(', '),
    pid: pid > 0 ? pid : null,
    restarts: null,
  }
}
