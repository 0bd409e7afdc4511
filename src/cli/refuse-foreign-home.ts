import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import { inspectConfig } from '#platform/config/config.ts'
import { readMachine } from '#platform/config/supervisor.ts'
import { KEY_FILE } from '#platform/crypto/secret-box.ts'
import { quoteWord } from '#platform/quote-word.ts'
import { chooseKeeper } from '#platform/supervision/service-of-machine.ts'

/** They write nothing into a home that is another's, or become its account first. */
const HARMLESS: ReadonlySet<string> = new Set(['completion', 'config', 'drill', 'service'])

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
  const owner = await findForeignOwner(folder)
  if (owner === undefined) return
  const name = await nameOf(owner)
  const isOfService = (await serviceHome()) === folder
  throw new SophiaError('HOME_NOT_WRITABLE', {
    detail: `${folder} belongs to ${name}, who could not read or change what root writes there. Nothing was done. ${
      isOfService ? ofService(words) : ofAccount(folder, name)
    }`,
  })
}

/** Whose a home is that is not root's, by its folder or by its key; undefined where it is root's, or not there. */
export async function findForeignOwner(home: string): Promise<number | undefined> {
  const owners = await Promise.all([home, join(home, KEY_FILE)].map(ownerOf))
  return owners.find((uid) => uid !== undefined && uid !== 0)
}

function ofService(words: readonly string[]): string {
  if (words[0] === 'up') return 'She is started by: sudo systemctl start sophia'
  return `Run instead: sudo npx sophia service run -- ${words.map(quoteWord).join(' ')}`
}

function ofAccount(folder: string, name: string): string {
  return `Run this as ${name} instead, or make the folder root's, if nobody else shall run Sophia there: chown -R root ${quoteWord(folder)}`
}

/** Undefined where there is nothing. */
async function ownerOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ uid }) => uid,
    () => undefined,
  )
}

/** As people know an account. */
export async function nameOf(uid: number): Promise<string> {
  // Minimal images may have no passwd file.
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  const [name] = lines.find(([, , found]) => found === String(uid)) ?? []
  return name ?? `the account ${uid}`
}
