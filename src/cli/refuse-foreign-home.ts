import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import { inspectConfig } from '#platform/config/config.ts'
import { readMachine } from '#platform/config/supervisor.ts'
import { KEY_FILE } from '#platform/crypto/secret-box.ts'
import { chooseKeeper } from '#platform/supervision/service-of-machine.ts'

/** They write nothing into a home, or become its account first. */
const HARMLESS: ReadonlySet<string> = new Set(['completion', 'config', 'service'])

interface Wanted {
  readonly home: string
  /** What follows `sophia`. */
  readonly words: readonly string[]
  /** The home of the unit of this machine, where one is installed. */
  readonly serviceHome: () => Promise<string | null>
}

/** Before every command: root gets no further where the home is another account's. */
export function refuseForeignHomes(program: Command): void {
  program.hook('preAction', async (_program, command) => {
    if (HARMLESS.has(nameBelow(program, command)) || process.geteuid?.() !== 0) return
    // Faulty settings are told by the command itself.
    const { home } = inspectConfig().config
    await assertHomeOfRoot({ home, words: process.argv.slice(2), serviceHome: findServiceHome })
  })
}

/** Of the unit of the whole machine; null without one of ours, and where there are no units. */
async function findServiceHome(): Promise<string | null> {
  try {
    const installed = await chooseKeeper(readMachine(), 'system').installed({ scope: 'system' })
    return installed?.environment['SOPHIA_HOME'] ?? null
  } catch {
    // One that cannot be read is no way to run anything.
    return null
  }
}

function nameBelow(program: Command, command: Command): string {
  let below = command
  while (below.parent && below.parent !== program) below = below.parent
  return below.name()
}

/**
 * What root writes into the home of another account that account cannot read or write any more, and its next start fails. Throws
 * HOME_NOT_WRITABLE, which says what to run instead.
 */
export async function assertHomeOfRoot({ home, words, serviceHome }: Wanted): Promise<void> {
  const folder = resolve(home)
  const owners = await Promise.all([folder, join(folder, KEY_FILE)].map(ownerOf))
  const owner = owners.find((uid) => uid !== undefined && uid !== 0)
  if (owner === undefined) return
  const name = await nameOf(owner)
  const isOfService = (await serviceHome()) === folder
  throw new SophiaError('HOME_NOT_WRITABLE', {
    detail: `${folder} belongs to ${name}, who could not read or change what root writes there. Nothing was done. ${
      isOfService ? ofService(words) : ofAccount(folder, name)
    }`,
  })
}

function ofService(words: readonly string[]): string {
  if (words[0] === 'up') return 'She is started by: sudo systemctl start sophia'
  return `Run instead: sudo npx sophia service run -- ${words.map(quoted).join(' ')}`
}

function ofAccount(folder: string, name: string): string {
  return `Run this as ${name} instead, or make the folder root's, if nobody else shall run Sophia there: chown -R root ${quoted(folder)}`
}

/** Undefined where there is nothing. */
async function ownerOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ uid }) => uid,
    () => undefined,
  )
}

async function nameOf(uid: number): Promise<string> {
  // Minimal images may have no passwd file.
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  const [name] = lines.find(([, , found]) => found === String(uid)) ?? []
  return name ?? `the account ${uid}`
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
