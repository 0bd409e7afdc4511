import { toSophiaError } from '#domain/errors.ts'
import type { SecretBox } from '#platform/crypto/secret-box.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { toDefinition } from './manage-servers.ts'
import { NO_FILE, readServersFile, type ServersFile } from './read-servers-file.ts'
import type { ServerDefinition } from './server-definition.ts'
import { listServerRows } from './servers-store.ts'

interface ListNeeds {
  readonly database: Database
  readonly log: Log
  /** The operator's file of servers. */
  readonly file: string
  readonly secrets: { get(): Promise<SecretBox> }
}

/** Which servers there are: those of the file, and those added on screen. */
export interface ServerListReader {
  read(): Promise<readonly ServerDefinition[]>
  /** What could not be used at the last reading, each with where and why. */
  faults(): readonly string[]
}

export function createServerListReader({ database, log, file: path, secrets }: ListNeeds): ServerListReader {
  let inForce: ServersFile = NO_FILE
  let told = ''
  let faults: readonly string[] = []
  const readFile = async (): Promise<ServersFile> => {
    const read = await readServersFile(path)
    const words = read.faults.join('\n')
    if (words !== told && words !== '') log.warn({ faults: read.faults }, 'the file of MCP servers has faults')
    told = words
    // A file in which nothing is right leaves the last good one in force.
    if (read.servers.length > 0 || read.faults.length === 0) inForce = read
    return read
  }
  return {
    faults: () => faults,
    async read() {
      const read = await readFile()
      const rows = await database.read(listServerRows)
      const opened = await Promise.allSettled(rows.map((row) => toDefinition(secrets, row)))
      const stored = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const isInFile = ({ id }: ServerDefinition): boolean => inForce.servers.some((server) => server.id === id)
      faults = [
        ...read.faults,
        // One whose secrets do not open keeps no other from being asked.
        ...opened.flatMap((one, index) =>
          one.status === 'rejected' ? [`${rows[index]?.id}: ${toSophiaError(one.reason).message}`] : [],
        ),
        ...stored.filter(isInFile).map(({ id }) => `${id} is in the file and was added here; the file's is used`),
      ]
      return [...inForce.servers, ...stored.filter((definition) => !isInFile(definition))]
    },
  }
}
