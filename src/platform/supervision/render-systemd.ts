import { basename, dirname } from 'node:path'
import type { ServiceDescription } from './description.ts'

/** A unit of the machine sees no homes of people, and no unit the temporary folders of others. */
const HOMES_OF_PEOPLE = ['/home/', '/root/', '/run/user/']
const TEMPORARY = ['/tmp/', '/var/tmp/']

/** The unit for systemd 246 and newer. It says when it is ready and gives signs of life through `systemd-notify`. */
export function renderUnit(service: ServiceDescription): string {
  const { about, environmentFile, home, limits, node, root, scope, words } = service
  return [
    '[Unit]',
    `Description=${about}`,
    ...(scope === 'system' ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    `StartLimitIntervalSec=${limits.withinSeconds}`,
    `StartLimitBurst=${limits.mostRestarts}`,
    '',
    '[Service]',
    'Type=notify',
    '# systemd-notify tells in her name.',
    'NotifyAccess=all',
    `WatchdogSec=${limits.watchdogSeconds}`,
    `ExecStart=${[node, ...words].map(commandWord).join(' ')}`,
    `WorkingDirectory=${specifierFree(root)}`,
    `Environment=${quoted(`SOPHIA_HOME=${home}`)}`,
    `EnvironmentFile=-${specifierFree(environmentFile)}`,
    ...(service.account === null ? [] : [`User=${service.account}`, `Group=${service.account}`]),
    'Restart=on-failure',
    `RestartSec=${limits.restartAfterSeconds}`,
    `RestartPreventExitStatus=${limits.finalExitCodes.join(' ')}`,
    `TimeoutStartSec=${limits.startSeconds}`,
    `TimeoutStopSec=${limits.stopSeconds}`,
    '# She stops her own database herself; what is left when she is gone is ended.',
    'KillMode=mixed',
    '# When a process of the database runs out of memory, the database mends that.',
    'OOMPolicy=continue',
    `LimitNOFILE=${limits.openFiles}`,
    'StandardOutput=journal',
    'StandardError=journal',
    'SyslogIdentifier=sophia',
    '',
    ...folders(service),
    ...HARDENING,
    ...(scope === 'system' ? OF_THE_MACHINE : []),
    '',
    '[Install]',
    `WantedBy=${scope === 'system' ? 'multi-user' : 'default'}.target`,
    '',
  ].join('\n')
}

/** The account of the system unit, for `systemd-sysusers`. */
export function renderAccount(account: string, home: string): string {
  return `u ${account} - "Sophia" ${home}\n`
}

/** No MemoryDenyWriteExecute: Node compiles while it runs. No IPAddressDeny: providers, mail and MCP servers are anywhere. */
const HARDENING = [
  'UMask=0077',
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'PrivateUsers=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectSystem=strict',
  'ProtectProc=invisible',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelModules=yes',
  'KeyringMode=private',
  'LockPersonality=yes',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
]

/** A manager of an account may not lay hands on these everywhere; neither may the account, whose other shared memory is not ours to remove. */
const OF_THE_MACHINE = ['ProtectKernelLogs=yes', 'ProtectKernelTunables=yes', 'RemoveIPC=yes']

/** What it may read and write. A clone or a Node that lies where it sees nothing is shown to it alone. */
function folders({ home, node, root, scope }: ServiceDescription): string[] {
  const below = (places: readonly string[]) => (path: string) => places.some((place) => path.startsWith(place))
  const needed = [...new Set([root, dirname(dirname(node))])]
  const hidden = needed.filter(below(scope === 'user' ? TEMPORARY : [...TEMPORARY, ...HOMES_OF_PEOPLE]))
  const shown = hidden.map((path) => `BindReadOnlyPaths=${quoted(path.replaceAll(':', '\\:'))}`)
  if (scope === 'user') return ['ProtectHome=read-only', `ReadWritePaths=${quoted(home)}`, ...shown]
  const isEmptied = needed.some(below(HOMES_OF_PEOPLE))
  return [
    `StateDirectory=${specifierFree(basename(home))}`,
    'StateDirectoryMode=0700',
    `ProtectHome=${isEmptied ? 'tmpfs' : 'yes'}`,
    ...shown,
  ]
}

/** One word of a command: as it stands, whatever `%` and `$` mean to systemd. */
function commandWord(word: string): string {
  return quoted(word).replaceAll('$', '$$$$')
}

function quoted(text: string): string {
  const plain = specifierFree(text)
  return /^[\w./:=@%+,$-]+$/.test(plain) ? plain : `"${plain.replaceAll(/(?<!\\)\\(?!:)/g, '\\\\')}"`
}

function specifierFree(text: string): string {
  return text.replaceAll('%', '%%')
}
