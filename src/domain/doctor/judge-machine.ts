import { freeShare, LOW_SHARE, type DiskSpace } from '../disk-space.ts'
import { failing, notConfigured, together, unknown, warning, well, type Finding } from './finding.ts'

const NEEDED_NODE = 24

/** `version` as `process.versions.node`. */
export function judgeNode({ version, path }: { readonly version: string; readonly path: string }): Finding {
  const major = Number(version.split('.')[0])
  if (major >= NEEDED_NODE) return well(`Node ${version} (${path}).`)
  return failing(
    `Node ${version} (${path}); Sophia needs ${NEEDED_NODE} or newer.`,
    `Start her by npm start or npx sophia, which find a Node that fits, or install Node ${NEEDED_NODE} from https://nodejs.org.`,
  )
}

export interface SettingsFacts {
  readonly faults: readonly { readonly path: string; readonly message: string }[]
  /** Files that settings were read from. */
  readonly files: readonly {
    readonly path: string
    readonly names: readonly string[]
    readonly holdsSecrets: boolean
    /** Permission bits; null where the system has none. */
    readonly mode: number | null
  }[]
}

export function judgeSettings({ faults, files }: SettingsFacts): Finding {
  const told = faults.map(({ path, message }) => `${path}: ${message}`)
  const sources = files.map(({ names, path }) => `From ${path}: ${names.join(', ')}.`)
  const open = files.filter(({ holdsSecrets, mode }) => holdsSecrets && isOpen(mode))
  return together(
    faults.length === 0
      ? well(['Every setting is valid.', ...sources].join(' '))
      : failing([...told, ...sources].join(' '), 'Mend the named settings; docs/develop/config.md lists them all.'),
    open.map(({ path }) =>
      warning(`Other accounts may read or write ${path}, where secrets stand.`, `Close it: chmod 600 ${path}`),
    ),
  )
}

export interface PortFacts {
  readonly host: string
  readonly port: number
  /** The Sophia that runs on this home. */
  readonly owner: { readonly pid: number; readonly address: string | undefined } | null
  /** Of trying to listen there: the system's code, null when it could be done; not tried while she runs. */
  readonly fault: string | null
}

export function judgePort({ host, port, owner, fault }: PortFacts): Finding {
  if (owner?.address) return well(`Sophia (process ${owner.pid}) listens at ${owner.address}.`)
  if (owner) return unknown(`Sophia (process ${owner.pid}) is starting, or runs without the http door.`)
  if (port === 0) return well(`Any free port on ${host} will be taken.`)
  const where = `Port ${port} on ${host}`
  switch (fault) {
    case null:
      return well(`${where} is free.`)
    case 'EADDRINUSE':
      return failing(`${where} is taken by another program.`, 'Set SOPHIA_PORT to a free one, or end that program.')
    case 'EACCES':
      return failing(`${where} needs rights this account does not have.`, 'Set SOPHIA_PORT to one above 1023.')
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return failing(`${host} is no address of this machine.`, 'Set SOPHIA_HOST to one that is, such as 127.0.0.1.')
    default:
      return failing(`${where} cannot be listened on (${fault}).`, 'Set SOPHIA_HOST and SOPHIA_PORT to what can be.')
  }
}

export interface HomeFacts {
  readonly folder: string
  /** Null: it is not there yet, and `isWritable` is of the folder it would be made in. */
  readonly kind: 'folder' | 'other' | null
  readonly isWritable: boolean
  /** Permission bits; null where the system has none. */
  readonly mode: number | null
}

const OTHERS_READ_OR_WRITE = 0o006
const GROUP_WRITES = 0o020

export function judgeHome({ folder, kind, isWritable, mode }: HomeFacts): Finding {
  const remedy = 'Make it a folder that the account Sophia runs as may write, or set SOPHIA_HOME to another one.'
  if (kind === 'other') return failing(`${folder} is no folder.`, remedy)
  if (!isWritable) return failing(`${folder} cannot be written by this account.`, remedy)
  if (kind === null) return well(`${folder} is not there yet; the first start makes it.`)
  if (isOpen(mode))
    return warning(
      `Other accounts may read or write ${folder}, where keys and backups lie.`,
      `Close it: chmod o-rwx,g-w ${folder}`,
    )
  return well(`${folder} can be written.`)
}

function isOpen(mode: number | null): boolean {
  return mode !== null && (mode & (OTHERS_READ_OR_WRITE | GROUP_WRITES)) !== 0
}

export interface DiskFacts extends DiskSpace {
  readonly folder: string
}

const GIGABYTE = 1_000_000_000
/** PostgreSQL alone keeps up to a gigabyte of journal. */
const LOW_BYTES = GIGABYTE
const FULL_BYTES = 100_000_000

export function judgeDisk({ folder, ...space }: DiskFacts): Finding {
  const { freeBytes } = space
  const share = freeShare(space)
  const detail = `${(freeBytes / GIGABYTE).toFixed(1)} GB (${Math.floor(share * 100)} %) are free under ${folder}.`
  const fix = 'Delete what is not needed, such as old backups, or give the disk more room.'
  if (freeBytes < FULL_BYTES) return failing(detail, fix)
  return share < LOW_SHARE || freeBytes < LOW_BYTES ? warning(detail, fix) : well(detail)
}

/** Another clock that was read. */
export interface ClockReference {
  readonly name: string
  /** How far it is ahead of this machine's. */
  readonly aheadMs: number
  /** How far off that may be. */
  readonly uncertaintyMs: number
}

export interface ClockFacts {
  readonly references: readonly ClockReference[]
  /** What the machine says of itself; null where it says nothing. */
  readonly isSynchronised: boolean | null
}

/** Leases go by the database's clock, limits and certificates by this one. */
const ODD_MS = 5000
/** From here on others refuse signed requests and tokens. */
const WRONG_MS = 300_000
const CLOCK_FIX = 'Keep the clock in step by NTP, such as: timedatectl set-ntp true'

export function judgeClock({ references, isSynchronised }: ClockFacts): Finding {
  const findings = references.map(({ name, aheadMs, uncertaintyMs }) => {
    const leastMs = Math.max(0, Math.abs(aheadMs) - uncertaintyMs)
    const seconds = (Math.abs(aheadMs) / 1000).toFixed(1)
    const detail = `The clock of ${name} is ${seconds} s ${aheadMs >= 0 ? 'ahead of' : 'behind'} this machine's.`
    if (leastMs > WRONG_MS) return failing(detail, CLOCK_FIX)
    return leastMs > ODD_MS ? warning(detail, CLOCK_FIX) : well(detail)
  })
  if (isSynchronised === false)
    findings.push(warning('This machine says that nothing keeps its clock in step.', CLOCK_FIX))
  if (isSynchronised) findings.push(well('This machine says that its clock is kept in step.'))
  const [first, ...others] = findings
  if (!first) return unknown('Nothing outside this machine was asked that tells the time.', CLOCK_FIX)
  return together(first, others)
}

export interface WebAppFacts {
  readonly isBuilt: boolean
}

export function judgeWebApp({ isBuilt }: WebAppFacts): Finding {
  if (isBuilt) return well('The web app is built.')
  return warning(
    'The web app is not built: only the API would be served.',
    'Run: npm run build:web (npm start does so)',
  )
}

export interface SecretKeyFacts {
  readonly isSet: boolean
  readonly isShared: boolean
  /** Of the key's file in the home; null: there is none. */
  readonly fileMode: number | null
  /** Whether what is stored sealed opens with it; null: nothing is there to try, or the database was not asked. */
  readonly opens: boolean | null
}

export function judgeSecretKey({ isSet, isShared, fileMode, opens }: SecretKeyFacts): Finding {
  if (opens === false)
    return failing(
      'Secrets that are stored, headers or sign-ins of MCP servers, do not open with the key of this deployment.',
      isShared || isSet
        ? 'Set SOPHIA_SECRET_KEY to what it was when they were stored (of a home with the built-in database: what its secret.key holds), or enter them anew.'
        : 'Copy secret.key from the home they were stored in into this one, or set SOPHIA_SECRET_KEY to what it was; else enter them anew.',
    )
  const opening = opens === true ? ' What is stored sealed opens with it.' : ''
  if (isSet) return well(`SOPHIA_SECRET_KEY is set.${opening}`)
  if (isShared)
    return warning(
      'SOPHIA_SECRET_KEY is not set; with DATABASE_URL it is asked for before the first secret is kept.',
      'Set it to the same for every process: openssl rand -base64 32',
    )
  if (fileMode === null) return notConfigured('A key is made in the home with the first secret that is kept.')
  if ((fileMode & 0o077) !== 0)
    return warning('Other accounts may read secret.key in the home.', 'Close it: chmod 600 secret.key in the home')
  return well(`The key lies in the home and only its account reads it.${opening}`)
}
